"""How routes, chains and servers are written for ``meshctl routes``."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.engine.analyze import load_mesh
from meshctl.errors import UsageError
from meshctl.inspect.routes.answer import answer as answered
from meshctl.mesh import Mesh
from meshctl.output.routes.form import answer_form
from meshctl.settings import Settings
from meshctl.sources.loader import load

WORKLOAD = "istio=x"


@pytest.fixture
def mesh_of(tmp_path: Path):
    def make(server: dict[str, Any], *, hosts=("x.test",), age=None, **routes: Any) -> Mesh:
        stamp = {"creationTimestamp": age} if age else {}
        gateway = {"selector": {"istio": "x"}, "servers": [{"hosts": ["*"], **server}]}
        service = {"hosts": list(hosts), "gateways": ["g"], **routes}
        text = yaml.safe_dump_all([
            {"apiVersion": "networking.istio.io/v1", "kind": kind, "spec": spec,
             "metadata": {"name": name, **stamp}}
            for kind, name, spec in (
                ("Gateway", "g", gateway), ("VirtualService", "a", service),
                ("VirtualService", "b", {**service, "hosts": ["x.test"]}),
            )
        ])  # fmt: skip
        (tmp_path / "mesh.yaml").write_text(text)
        return load_mesh(load([str(tmp_path / "mesh.yaml")]), Settings())

    return make


HTTP = {"port": {"number": 80, "protocol": "HTTP", "name": "h"}}


def answer(mesh: Mesh, target: str, home: str) -> dict[str, Any]:
    return answer_form(answered(mesh, target, home, Settings()))


def first_route(mesh: Mesh) -> dict[str, Any]:
    form = answer(mesh, WORKLOAD, "default")
    found: dict[str, Any] = form["routes"]["http.80"][0]["routes"][0]
    return found


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"uri": {"exact": "/a"}, "ignoreUriCase": True}, {"exact": "/a", "caseSensitive": False}),
        (
            {"method": {"exact": "GET"}, "headers": {"b": {"regex": "*"}, "a": {"prefix": "x"}}},
            {
                "prefix": "/", "caseSensitive": True,
                "headers": [
                    {"name": "a", "prefix": "x"}, {"name": "b", "present": True},
                    {"name": ":method", "exact": "GET"},
                ],
            },
        ),
        (
            {"withoutHeaders": {"a": {"exact": "x"}, "b": {}}},
            {
                "prefix": "/", "caseSensitive": True,
                "headers": [
                    {"name": "a", "exact": "x", "invert": True, "treatMissingAsEmpty": True},
                    {"name": "b", "present": True, "invert": True},
                ],
            },
        ),
        (
            {"queryParams": {"q": {"exact": ""}}},
            {"prefix": "/", "caseSensitive": True, "query": [{"name": "q", "exact": ""}]},
        ),
    ],
)  # fmt: skip
def test_what_a_route_takes(mesh_of, match, expected) -> None:
    made = mesh_of(HTTP, http=[{"match": [match], "directResponse": {"status": 200}}])
    assert expected == first_route(made)["match"]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"directResponse": {"status": 204}}, {"directResponse": 204}),
        ({"redirect": {"uri": "/n"}}, {"redirect": {"pathRedirect": "/n"}}),
        (
            {"redirect": {"scheme": "https", "authority": "y.test", "port": 443, "redirectCode": 302}},
            {"redirect": {"schemeRedirect": "https", "hostRedirect": "y.test", "pathRedirect": "",
                          "responseCode": "FOUND"}},
        ),
        (
            {"redirect": {"derivePort": "FROM_REQUEST_PORT"}},
            {"redirect": {"pathRedirect": ""}},
        ),
        (
            {"route": [{"destination": {"host": "y.test", "subset": "v"}}], "rewrite": {"uri": "/"}},
            {"to": [{"host": "y.test", "port": 80, "subset": "v"}], "prefixRewrite": "/"},
        ),
        (
            {"route": [{"destination": {"host": "y.test"}}],
             "rewrite": {"uriRegexRewrite": {"match": "a", "rewrite": "b"}}},
            {"to": [{"host": "y.test", "port": 80}], "regexRewrite": {"regex": "a", "to": "b"}},
        ),
    ],
)  # fmt: skip
def test_what_a_route_does(mesh_of, action, expected) -> None:
    route = first_route(mesh_of(HTTP, http=[action]))
    added = ("vs", "name", "match", "location", "reason")
    assert expected == {key: value for key, value in route.items() if key not in added}


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        (
            {"mode": "SIMPLE", "credentialName": "c"},
            {"cert": ["kubernetes://c"], "requireClientCert": False},
        ),
        (
            {"mode": "MUTUAL", "credentialName": "kubernetes://n/c"},
            {"cert": ["kubernetes://n/c"], "requireClientCert": True,
             "validation": "kubernetes://n/c-cacert"},
        ),
        (
            {"mode": "OPTIONAL_MUTUAL", "credentialNames": ["a", "b"], "caCertCredentialName": "ca"},
            {"cert": ["kubernetes://a", "kubernetes://b"], "requireClientCert": False,
             "validation": "kubernetes://ca"},
        ),
        (
            {"mode": "MUTUAL", "serverCertificate": "/s", "privateKey": "/k", "caCertificates": "/c"},
            {"cert": ["file-cert:/s~/k"], "requireClientCert": True, "validation": "file-root:/c"},
        ),
        (
            {"mode": "ISTIO_MUTUAL"},
            {"cert": ["default"], "requireClientCert": True, "validation": "ROOTCA"},
        ),
    ],
)  # fmt: skip
def test_what_a_chain_presents(mesh_of, tls, expected) -> None:
    server = {"port": {"number": 443, "protocol": "HTTPS", "name": "h"}, "tls": tls}
    form = answer(mesh_of(server), WORKLOAD, "default")
    assert expected == form["listeners"][0]["chains"][0]["tls"]


@pytest.mark.parametrize(("age", "known"), [(None, False), ("2026-01-01T00:00:00Z", True)])
def test_the_order_of_two_virtual_services_is_known_with_their_ages(mesh_of, age, known) -> None:
    made = mesh_of(HTTP, age=age, http=[{"route": [{"destination": {"host": "y"}}]}])
    (host,) = answer(made, WORKLOAD, "default")["routes"]["http.80"]
    assert known == host["order_known"]


def test_a_host_is_answered_by_its_closest_domain(mesh_of) -> None:
    made = mesh_of(HTTP, hosts=["*.test"], http=[{"name": "r", "directResponse": {"status": 200}}])
    for host, domain in (("x.test", "x.test"), ("z.test", "*.test")):
        (found,) = answer(made, host, "default")["gateways"][WORKLOAD]["routes"]["http.80"]
        assert [domain] == found["domains"]


def test_an_unknown_name_is_an_error(mesh_of) -> None:
    made = mesh_of({"port": {"number": 9000, "protocol": "TCP"}, "hosts": ["a.test"]})
    with pytest.raises(UsageError, match="no gateway workload, no Service and no routes"):
        answer(made, "shop/ingress", "default")
