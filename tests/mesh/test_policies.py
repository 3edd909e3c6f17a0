"""Who is meant by selectors, labels, principals and namespaces."""

from typing import Any

import pytest

from meshctl.mesh import Mesh
from meshctl.mesh.core.selectors import matches
from meshctl.mesh.registry.service_accounts import Principal, parse_principal
from meshctl.mesh.security.layer7 import layer7_part
from meshctl.mesh.sidecar_scope.egress_hosts import egress_entries
from meshctl.mesh.workloads.membership import is_ambient
from meshctl.resources import (
    AuthorizationPolicy,
    Namespace,
    Service,
    ServiceEntry,
    Sidecar,
    View,
    WebhookConfiguration,
    make_resource,
)
from meshctl.sources.documents import Document


def make(api: str, kind: str, name: str = "x", namespace: str = "default", **rest: Any) -> Any:
    labels = rest.pop("labels", {})
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    data = {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}
    return make_resource(Document("f", 1, "", data), data, (), "default")


def namespace(name: str, **labels: str) -> Namespace:
    return make("v1", "Namespace", name, labels={k.replace("_", "-"): v for k, v in labels.items()})


NETWORKING, SECURITY = "networking.istio.io/v1", "security.istio.io/v1"


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ({}, {}, True),
        ({"matchLabels": {"a": "1"}}, {"a": "1", "b": "2"}, True),
        ({"matchLabels": {"a": "1"}}, {"a": "2"}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, {"a": "1"}, True),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, {}, False),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {}, False),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": ""}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Near"}]}, {"a": ""}, False),
        ({"matchExpressions": "nonsense"}, {}, True),
    ],
)
def test_label_selectors_match_as_in_kubernetes(selector, labels, expected) -> None:
    view = View(make("v1", "Service"), (), selector)
    assert expected == matches(view, labels)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cluster.local/ns/shop/sa/web", Principal("cluster.local", "shop", "web")),
        ("spiffe://cluster.local/ns/shop/sa/web", None),
        ("cluster.local/ns//sa/web", None),
        ("shop/web", None),
        ("", None),
    ],
)
def test_principals_have_one_form(text: str, expected: Principal | None) -> None:
    assert expected == parse_principal(text)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"istio.io/dataplane-mode": "ambient"}, True),
        ({"istio.io/dataplane-mode": "none"}, False),
        ({"istio.io/dataplane-mode": "ambient", "istio-injection": "enabled"}, False),
        ({"istio.io/dataplane-mode": "ambient", "istio.io/rev": "canary"}, False),
        ({"istio.io/dataplane-mode": "ambient", "istio-injection": "disabled"}, True),
        ({}, False),
    ],
)
def test_a_sidecar_label_beats_ambient_mode(labels: dict[str, str], expected: bool) -> None:
    assert expected == is_ambient(make("v1", "Namespace", labels=labels))


def test_the_waypoint_of_an_object_comes_before_that_of_its_namespace() -> None:
    home = make("v1", "Namespace", "shop", labels={"istio.io/use-waypoint": "all"})
    plain = make("v1", "Service", "plain", "shop")
    own = make(
        "v1", "Service", "own", "shop",
        labels={"istio.io/use-waypoint": "edge", "istio.io/use-waypoint-namespace": "infra"},
    )  # fmt: skip
    out = make("v1", "Service", "out", "shop", labels={"istio.io/use-waypoint": "none"})
    ambient = Mesh([home, plain, own, out]).ambient
    uses = [ambient.waypoint_use(item) for item in (home, plain, own, out)]
    assert ["shop/all", "shop/all", "infra/edge", None] == [use and use.key_name for use in uses]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"rules": [{"to": [{"operation": {"methods": ["GET"]}}]}]}, "methods"),
        ({"rules": [{"from": [{"source": {"requestPrincipals": ["*"]}}]}]}, "requestPrincipals"),
        ({"rules": [{"when": [{"key": "request.headers[x]", "values": ["1"]}]}]}, "key"),
        ({"action": "CUSTOM"}, "action"),
        ({"rules": [{"from": [{"source": {"principals": ["a"]}}],
                     "to": [{"operation": {"ports": ["80"]}}],
                     "when": [{"key": "source.ip", "values": ["1.2.3.4"]}]}]}, None),
        ({"rules": [None, {"to": "x"}]}, None),
    ],
)  # fmt: skip
def test_what_ztunnel_cannot_enforce_is_found(spec: dict[str, Any], expected: str | None) -> None:
    policy = make(SECURITY, "AuthorizationPolicy", spec=spec)
    part = layer7_part(policy)
    assert expected == (part and part.path[-1])


def test_policies_of_the_root_namespace_reach_every_namespace() -> None:
    pods = {"template": {"metadata": {"labels": {"app": "cart"}}}}
    workload = make("apps/v1", "Deployment", "cart", "shop", spec=pods)
    selector = {"selector": {"matchLabels": {"app": "cart"}}}
    root = make(SECURITY, "AuthorizationPolicy", "root", "istio-system", spec=selector)
    other = make(SECURITY, "AuthorizationPolicy", "other", "checkout", spec=selector)
    mesh = Mesh([workload, root, other])
    assert [workload] == mesh.security.authorization.reached(root)
    assert [] == mesh.security.authorization.reached(other)
    assert (root,) == tuple(mesh.security.authorization.of(workload))


def test_a_base_view_gives_all_its_kinds() -> None:
    policy = make(SECURITY, "AuthorizationPolicy")
    telemetry = make("telemetry.istio.io/v1", "Telemetry")
    service = make("v1", "Service")
    mesh = Mesh([policy, telemetry, service])
    base = AuthorizationPolicy.__mro__[1]
    assert [policy, telemetry] == list(mesh.of(base))
    assert [policy] == list(mesh.of(AuthorizationPolicy))
    assert [service] == list(mesh.of(Service))


@pytest.mark.parametrize(
    ("pattern", "partly", "whole"),
    [
        ("shop", True, True),
        ("sh*", True, True),
        ("*op", True, True),
        ("*", True, True),
        ("Shop", None, False),
        ("elsewhere", None, False),
        ("kube-system", True, True),
    ],
)
def test_a_namespace_is_only_absent_from_a_whole_mesh(pattern, partly, whole) -> None:
    known = [namespace("shop")]
    assert partly is Mesh(known).namespaces.matches_any(pattern)
    assert whole is Mesh(known, is_whole=True).namespaces.matches_any(pattern)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("./cart.shop.svc.cluster.local", True),
        ("shop/*.svc.cluster.local", True),
        ("*/www.example.com", True),
        ("cart.shop.svc.cluster.local", True),
        ("other/cart.shop.svc.cluster.local", False),
        ("./wart.shop.svc.cluster.local", False),
        ("shop/secret.example.org", False),
    ],
)
def test_egress_entries_import_what_is_declared_and_visible(entry: str, expected: bool) -> None:
    cart = make("v1", "Service", "cart", "shop")
    wide = make(NETWORKING, "ServiceEntry", "wide", "infra", spec={"hosts": ["*.example.com"]})
    hidden = make(
        NETWORKING, "ServiceEntry", "hidden", "infra",
        spec={"hosts": ["secret.example.org"], "exportTo": ["."]},
    )  # fmt: skip
    sidecar = make(NETWORKING, "Sidecar", "s", "shop", spec={"egress": [{"hosts": [entry]}]})
    mesh = Mesh([cart, wide, hidden, sidecar])
    (found,) = egress_entries(mesh.of(Sidecar)[0])
    assert expected == found.imports_any(mesh.registry)


def entry_of(name: str, home: str, protocol: str, export_to: list[str]) -> ServiceEntry:
    port = {"number": 443, "name": "p", "protocol": protocol}
    spec = {"hosts": ["api.example.com"], "ports": [port], "exportTo": export_to}
    return make(NETWORKING, "ServiceEntry", name, home, spec=spec)


def test_twins_are_found_for_clients_that_see_both() -> None:
    public = entry_of("a", "one", "HTTPS", [])
    private = entry_of("b", "two", "TLS", ["."])
    apart = entry_of("c", "three", "HTTPS", ["."])
    unseen = entry_of("d", "four", "HTTP", ["~"])
    mesh = Mesh([unseen, apart, private, public])

    def seen(entry: ServiceEntry) -> list[tuple[str, bool, bool]]:
        return [
            (twin.other.entry.name, twin.is_first, twin.is_override)
            for twin in mesh.registry.service_entries.twins(entry)
        ]

    assert [("c", True, True), ("b", True, True)] == seen(public)
    assert [("a", False, True)] == seen(private)
    assert [] == seen(unseen)


def test_webhooks_overlap_by_a_witness_pod() -> None:
    def configuration(name: str, selector: dict[str, Any]) -> WebhookConfiguration:
        webhook = {"name": "x.sidecar-injector.istio.io", "namespaceSelector": selector}
        return make(
            "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", name,
            webhooks=[webhook],
        )  # fmt: skip

    enabled = configuration("enabled", {"matchLabels": {"istio-injection": "enabled"}})
    canary = configuration(
        "canary",
        {"matchLabels": {"istio.io/rev": "canary"},
         "matchExpressions": [{"key": "istio-injection", "operator": "DoesNotExist"}]},
    )  # fmt: skip
    greedy = configuration("greedy", {})
    injector = Mesh([enabled, canary, greedy]).injection.webhooks
    overlaps = {
        webhook.resource.name: sorted(
            overlap.resource.name for overlap in injector.overlaps.of(webhook)
        )
        for webhook in injector.webhooks
    }
    expected = {"enabled": ["greedy"], "canary": ["greedy"], "greedy": ["canary", "enabled"]}
    assert expected == overlaps
