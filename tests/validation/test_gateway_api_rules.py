"""What the CRDs of the Gateway API ask in CEL: each object is refused at its place, its twin stored."""

from typing import Any

import pytest
import yaml

from meshctl.resources import make_resource
from meshctl.sources.documents import Document
from meshctl.validation.schemas import Schemas
from meshctl.validation.verdict import Judge

JUDGE = Judge(Schemas())
_PARENT = "parentRefs: [{name: edge}]"

HTTP = {
    "a path without a slash": (
        "rules: [{matches: [{path: {type: Exact, value: api}}]}]",
        "rules: [{matches: [{path: {type: RegularExpression, value: api}}]}]",
        "rules.0.matches.0.path.value",
    ),
    "a path with two slashes": (
        "rules: [{matches: [{path: {value: /a//b}}]}]",
        "rules: [{matches: [{path: {value: /a/b}}]}]",
        "rules.0.matches.0.path.value",
    ),
    "a path with a fragment": (
        "rules: [{matches: [{path: {value: '/a#b'}}]}]",
        "rules: [{matches: [{path: {value: /a%20b}}]}]",
        "rules.0.matches.0.path.value",
    ),
    "a path that ends above itself": (
        "rules: [{matches: [{path: {value: /a/..}}]}]",
        "rules: [{matches: [{path: {value: /a/..b}}]}]",
        "rules.0.matches.0.path.value",
    ),
    "a path with a blank": (
        "rules: [{matches: [{path: {value: /a b}}]}]",
        "rules: [{matches: [{path: {value: /a+b}}]}]",
        "rules.0.matches.0.path.value",
    ),
    "a redirect with backends": (
        (
            "rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}], "
            "backendRefs: [{name: shop, port: 80}]}]"
        ),
        "rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]",
        "rules.0.backendRefs",
    ),
    "a prefix replaced where a path is exact": (
        (
            "rules: [{matches: [{path: {type: Exact, value: /a}}], filters: [{type: URLRewrite, "
            "urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]}]"
        ),
        (
            "rules: [{matches: [{path: {type: PathPrefix, value: /a}}], filters: [{type: URLRewrite, "
            "urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]}]"
        ),
        "rules.0.filters.0.urlRewrite.path.replacePrefixMatch",
    ),
    "a prefix replaced where two are matched": (
        (
            "rules: [{matches: [{path: {value: /a}}, {path: {value: /b}}], filters: [{type: URLRewrite, "
            "urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /c}}}]}]"
        ),
        (
            "rules: [{filters: [{type: URLRewrite, "
            "urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /c}}}]}]"
        ),
        "rules.0.filters.0.urlRewrite.path.replacePrefixMatch",
    ),
    "a replacement of another type": (
        "rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}]}]",
        (
            "rules: [{filters: [{type: URLRewrite, "
            "urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /b}}}]}]"
        ),
        "rules.0.filters.0.urlRewrite.path.type",
    ),
    "a filter without its settings": (
        "rules: [{filters: [{type: RequestHeaderModifier}]}]",
        "rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [a]}}]}]",
        "rules.0.filters.0.type",
    ),
    "settings of another filter": (
        (
            "rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [a]}, "
            "urlRewrite: {hostname: b.example}}]}]"
        ),
        "rules: [{filters: [{type: URLRewrite, urlRewrite: {hostname: b.example}}]}]",
        "rules.0.filters.0.urlRewrite",
    ),
    "a filter twice": (
        (
            "rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [a]}}, "
            "{type: RequestHeaderModifier, requestHeaderModifier: {remove: [b]}}]}]"
        ),
        (
            "rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [a]}}, "
            "{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [b]}}]}]"
        ),
        "rules.0.filters.1.type",
    ),
    "a filter of a backend without its settings": (
        "rules: [{backendRefs: [{name: shop, port: 80, filters: [{type: RequestMirror}]}]}]",
        (
            "rules: [{backendRefs: [{name: shop, port: 80, filters: [{type: RequestMirror, "
            "requestMirror: {backendRef: {name: copy, port: 80}}}]}]}]"
        ),
        "rules.0.backendRefs.0.filters.0.type",
    ),
    "a redirect that rewrites": (
        (
            "rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}, "
            "{type: URLRewrite, urlRewrite: {hostname: b.example}}]}]"
        ),
        "rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]",
        "rules.0.filters.1.type",
    ),
    "a mirror of a percent and a fraction": (
        (
            "rules: [{filters: [{type: RequestMirror, requestMirror: {percent: 5, "
            "fraction: {numerator: 5}, backendRef: {name: copy, port: 80}}}]}]"
        ),
        (
            "rules: [{filters: [{type: RequestMirror, requestMirror: {"
            "fraction: {numerator: 5}, backendRef: {name: copy, port: 80}}}]}]"
        ),
        "rules.0.filters.0.requestMirror.fraction",
    ),
    "a fraction above all": (
        (
            "rules: [{filters: [{type: RequestMirror, requestMirror: {"
            "fraction: {numerator: 500}, backendRef: {name: copy, port: 80}}}]}]"
        ),
        (
            "rules: [{filters: [{type: RequestMirror, requestMirror: {"
            "fraction: {numerator: 500, denominator: 1000}, backendRef: {name: copy, port: 80}}}]}]"
        ),
        "rules.0.filters.0.requestMirror.fraction.numerator",
    ),
    "an attempt longer than the request": (
        "rules: [{timeouts: {request: 1s, backendRequest: 2s}}]",
        "rules: [{timeouts: {request: 0s, backendRequest: 2s}}]",
        "rules.0.timeouts.backendRequest",
    ),
    "rules of one name": (
        "rules: [{name: a}, {name: a}]",
        "rules: [{name: a}, {name: b}]",
        "rules.1.name",
    ),
    "a parent with and without section": (
        "parentRefs: [{name: edge}, {name: edge, sectionName: http}]",
        "parentRefs: [{name: edge, sectionName: https}, {name: edge, sectionName: http}]",
        "parentRefs.0",
    ),
    "a parent twice": (
        "parentRefs: [{name: edge}, {name: edge}]",
        "parentRefs: [{name: edge}, {name: edge, namespace: other}]",
        "parentRefs.1",
    ),
    "too many matches": (
        f"rules: [{', '.join(['{matches: [' + ', '.join(['{}'] * 64) + ']}'] * 3)}]",
        f"rules: [{', '.join(['{matches: [' + ', '.join(['{}'] * 64) + ']}'] * 2)}]",
        "rules.2.matches",
    ),
}

GRPC = {
    "a match of nothing": (
        "rules: [{matches: [{method: {type: Exact}}]}]",
        "rules: [{matches: [{method: {service: shop.v1.Orders}}]}]",
        "rules.0.matches.0.method",
    ),
    "a service with a slash": (
        "rules: [{matches: [{method: {service: shop/Orders}}]}]",
        "rules: [{matches: [{method: {service: .shop.Orders}}]}]",
        "rules.0.matches.0.method.service",
    ),
    "a method with a dot": (
        "rules: [{matches: [{method: {service: shop.Orders, method: Get.All}}]}]",
        "rules: [{matches: [{method: {type: RegularExpression, method: Get.*}}]}]",
        "rules.0.matches.0.method.method",
    ),
}

GATEWAY = {
    "tls without TLS": (
        "[{name: a, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: c}]}}]",
        "[{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}]",
        "listeners.0.tls",
    ),
    "HTTPS passed through": (
        "[{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}]",
        "[{name: a, port: 443, protocol: TLS, tls: {mode: Passthrough}}]",
        "listeners.0.tls.mode",
    ),
    "a host name of TCP": (
        "[{name: a, port: 90, protocol: TCP, hostname: a.example}]",
        "[{name: a, port: 90, protocol: TCP}]",
        "listeners.0.hostname",
    ),
}

ADDRESSES = {
    "an address twice": (
        "[{value: 10.0.0.1}, {type: IPAddress, value: 10.0.0.1}]",
        "[{value: 10.0.0.1}, {value: 10.0.0.2}]",
        "addresses.1.value",
    ),
    "no host name": (
        "[{type: Hostname, value: a_b.example}]",
        "[{type: Hostname, value: a-b.example}]",
        "addresses.0.value",
    ),
}

_TARGET = "{group: '', kind: Service, name: shop%s}"
BACKEND_TLS = {
    "no certificates": (
        f"targetRefs: [{_TARGET % ''}]\nvalidation: {{hostname: a.example}}",
        (
            f"targetRefs: [{_TARGET % ''}]\n"
            "validation: {hostname: a.example, wellKnownCACertificates: System}"
        ),
        "validation",
    ),
    "certificates of both kinds": (
        (
            f"targetRefs: [{_TARGET % ''}]\nvalidation: {{hostname: a.example, "
            "wellKnownCACertificates: System, caCertificateRefs: [{group: '', kind: ConfigMap, name: c}]}"
        ),
        (
            f"targetRefs: [{_TARGET % ''}]\nvalidation: {{hostname: a.example, "
            "caCertificateRefs: [{group: '', kind: ConfigMap, name: c}]}"
        ),
        "validation.wellKnownCACertificates",
    ),
    "a target twice": (
        (
            f"targetRefs: [{_TARGET % ''}, {_TARGET % ''}]\n"
            "validation: {hostname: a.example, wellKnownCACertificates: System}"
        ),
        (
            f"targetRefs: [{_TARGET % ', sectionName: a'}, {_TARGET % ', sectionName: b'}]\n"
            "validation: {hostname: a.example, wellKnownCACertificates: System}"
        ),
        "targetRefs.1",
    ),
    "a name of another type": (
        (
            f"targetRefs: [{_TARGET % ''}]\nvalidation: {{hostname: a.example, "
            "wellKnownCACertificates: System, subjectAltNames: [{type: URI, hostname: b.example}]}"
        ),
        (
            f"targetRefs: [{_TARGET % ''}]\nvalidation: {{hostname: a.example, "
            "wellKnownCACertificates: System, subjectAltNames: [{type: Hostname, hostname: b.example}]}"
        ),
        "validation.subjectAltNames.0.hostname",
    ),
}


@pytest.mark.parametrize("case", HTTP)
def test_routes_are_refused_at_their_place(case: str) -> None:
    _compare("HTTPRoute", *HTTP[case], more=f"{_PARENT}\n")


@pytest.mark.parametrize("case", GRPC)
def test_grpc_routes_are_refused_at_their_place(case: str) -> None:
    _compare("GRPCRoute", *GRPC[case], more=f"{_PARENT}\n")


@pytest.mark.parametrize("case", GATEWAY)
def test_listeners_are_refused_at_their_place(case: str) -> None:
    broken, mended, place = GATEWAY[case]
    _compare(
        "Gateway", f"listeners: {broken}", f"listeners: {mended}", place, "gatewayClassName: a\n"
    )


@pytest.mark.parametrize("case", ADDRESSES)
def test_addresses_are_refused_at_their_place(case: str) -> None:
    broken, mended, place = ADDRESSES[case]
    more = "gatewayClassName: a\nlisteners: [{name: a, port: 80, protocol: HTTP}]\n"
    _compare("Gateway", f"addresses: {broken}", f"addresses: {mended}", place, more)


@pytest.mark.parametrize("case", BACKEND_TLS)
def test_policies_are_refused_at_their_place(case: str) -> None:
    _compare("BackendTLSPolicy", *BACKEND_TLS[case])


def _compare(kind: str, broken: str, mended: str, place: str, more: str = "") -> None:
    more = "" if more.startswith("parentRefs") and "parentRefs" in broken else more
    faults = _faults(kind, more + broken)
    assert [(fault.kind, ".".join(map(str, fault.path))) for fault in faults][:1] == [
        ("cel-rule", f"spec.{place}")
    ]
    assert not _faults(kind, more + mended)


def _faults(kind: str, spec: str) -> tuple[Any, ...]:
    data = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "a", "namespace": "b"},
        "spec": yaml.safe_load(spec),
    }
    return JUDGE(make_resource(Document("x.yaml", 1, "", data), data, (), "default")).faults
