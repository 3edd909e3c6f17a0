"""The ways of requests: listener, virtual host, route, cluster, TLS, server, gateways."""

from typing import Any

import pytest
import yaml

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.request_path.behaviour import behaviour
from meshctl.mesh.request_path.hops import Carried, Envelope, Hop, Outcome
from meshctl.mesh.request_path.sending import wire_name
from meshctl.resources import Workload, make_resource
from meshctl.sources.documents import Document

BASE = """
{kind: Namespace, apiVersion: v1, metadata: {name: depot, labels: {istio-injection: enabled}}}
---
{kind: Namespace, apiVersion: v1, metadata: {name: office, labels: {istio-injection: enabled}}}
---
{kind: Namespace, apiVersion: v1, metadata: {name: street}}
"""
VIP = {"stock": "10.9.0.1", "mail": "10.9.0.2", "door": "10.9.0.3", "bare": "10.9.0.4"}


def pod(name: str, namespace: str, labels: dict[str, str], **other: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"serviceAccountName": name, "containers": [{"name": "app"}], **other},
    }


def service(name: str, namespace: str, app: str, *ports: tuple[str, int, int]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "clusterIP": VIP.get(name),
            "selector": {"app": app},
            "ports": [{"name": n, "port": p, "targetPort": t} for n, p, t in ports],
        },
    }


PROXY = {"name": "istio-proxy", "args": ["proxy", "router"]}
OBJECTS = [
    pod("clerk", "office", {"app": "clerk"}),
    pod("stock-one", "depot", {"app": "stock", "version": "one"}),
    pod("stock-two", "depot", {"app": "stock", "version": "two"}),
    pod("mail", "depot", {"app": "mail"}),
    pod("bare", "street", {"app": "bare"}),
    pod("door", "depot", {"app": "door"}, containers=[PROXY]),
    service("stock", "depot", "stock", ("http", 80, 8080)),
    service("mail", "depot", "mail", ("tcp", 25, 2525)),
    service("bare", "street", "bare", ("http", 80, 8080)),
    service("door", "depot", "door", ("http", 80, 8080), ("https", 443, 8443)),
]


def istio(kind: str, spec: Any, name: str = "one", namespace: str = "depot") -> dict[str, Any]:
    group = "security" if kind.endswith(("Authentication", "Policy")) else "networking"
    return {
        "apiVersion": f"{group}.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def mesh_of(*objects: dict[str, Any], **config: Any) -> Mesh:
    every = [*yaml.safe_load_all(BASE), *OBJECTS, *objects]
    resources = [make_resource(Document("m.yaml", 1, "", one), one, (), "default") for one in every]
    return Mesh(resources, MeshConfig.parse(config), is_whole=True)


def workload(mesh: Mesh, name: str) -> Workload:
    return next(one for one in mesh.workloads if one.name == name)


def ask(
    mesh: Mesh, host: str, path: str = "/", *, address: str = VIP["stock"], port: int = 80,
    client: str = "clerk", **headers: str,
) -> Hop:  # fmt: skip
    carried = Carried(address, port, HttpRequest(host, "GET", path, headers))
    return mesh.request_paths.from_workload(workload(mesh, client), carried)


def ends(hop: Hop) -> list[tuple[str, str, str]]:
    return sorted(
        (leg.next.workload.name, wire_name(leg), leg.next.outcome.value)
        for one in hop.sendings
        for leg in one.legs
        if leg.next is not None and leg.next.workload is not None
    )


@pytest.mark.parametrize("host", ["stock.depot", "stock.depot.svc.cluster.local:80", VIP["stock"]])
def test_a_service_without_rules_gets_its_requests_over_mutual_tls(host) -> None:
    hop = ask(mesh_of(), host)
    assert (Outcome.FORWARD, "default") == (hop.outcome, hop.route_name)
    both = [(f"stock-{name}", "istio-mutual", "delivered") for name in ("one", "two")]
    assert both == ends(hop)


def test_a_short_name_of_another_namespace_passes_through() -> None:
    assert Outcome.PASSTHROUGH is ask(mesh_of(), "stock").outcome
    refused = ask(mesh_of(outboundTrafficPolicy={"mode": "REGISTRY_ONLY"}), "stock")
    assert ("block_all", "502") == (refused.route_name, refused.code)


def test_an_unknown_port_goes_past_every_listener() -> None:
    assert Outcome.PASSTHROUGH is ask(mesh_of(), "stock.depot", port=99).outcome
    policy = {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}
    assert Outcome.BLACKHOLE is ask(mesh_of(**policy), "stock.depot", port=99).outcome


SPLIT = {
    "hosts": ["stock"],
    "http": [
        {
            "name": "new",
            "match": [{"uri": {"prefix": "/v2"}, "headers": {"team": {"exact": "a"}}}],
            "rewrite": {"uri": "/"},
            "route": [{"destination": {"host": "stock", "subset": "two"}}],
        },
        {"name": "old", "match": [{"uri": {"prefix": "/old"}}], "redirect": {"uri": "/v2"}},
        {"name": "no", "match": [{"uri": {"exact": "/no"}}], "directResponse": {"status": 418}},
        {
            "name": "lost",
            "match": [{"uri": {"regex": "/lost/[0-9]+"}}],
            "route": [{"destination": {"host": "stock", "subset": "three"}}],
        },
    ],
}
SUBSETS = {
    "host": "stock",
    "subsets": [{"name": name, "labels": {"version": name}} for name in ("one", "two")],
}


def test_routes_by_path_and_header() -> None:
    mesh = mesh_of(istio("VirtualService", SPLIT), istio("DestinationRule", SUBSETS))
    taken = ask(mesh, "stock.depot", "/v2/x?q=1", team="a")
    assert ("new", "//x?q=1", [("stock-two", "istio-mutual", "delivered")]) == (
        taken.route_name, taken.path, ends(taken),
    )  # fmt: skip
    assert (Outcome.NO_ROUTE, "404") == (ask(mesh, "stock.depot", "/v2").outcome, "404")
    moved = ask(mesh, "stock.depot:80", "/old?x=1")
    assert ("301", "http://stock.depot:80/v2?x=1") == (moved.code, moved.location)
    assert "418" == ask(mesh, "stock.depot", "/no").code


def test_a_subset_that_nobody_defines_has_no_cluster() -> None:
    mesh = mesh_of(istio("VirtualService", SPLIT), istio("DestinationRule", SUBSETS))
    lost = ask(mesh, "stock.depot", "/lost/7")
    assert [(None, 503)] == [(one.cluster, one.missing_code) for one in lost.sendings]


def test_a_wildcard_of_dynamic_dns_has_a_cluster_for_http_and_tls_alone() -> None:
    sites = istio("ServiceEntry", {
        "hosts": ["*.sites.test"], "location": "MESH_EXTERNAL", "resolution": "DYNAMIC_DNS",
        "ports": [{"number": 80, "name": "http", "protocol": "HTTP"},
                  {"number": 8443, "name": "grpc-web", "protocol": "GRPC-WEB"}],
    })  # fmt: skip
    (sent,) = ask(mesh_of(sites), "a.sites.test", address="192.0.2.9").sendings
    assert sent.cluster is not None
    assert ("DYNAMIC_FORWARD_PROXY", 1) == (sent.cluster.kind, len(sent.legs))
    (lost,) = ask(mesh_of(sites), "a.sites.test:8443", address="192.0.2.9", port=8443).sendings
    assert (None, 503) == (lost.cluster, lost.missing_code)


def test_tls_that_does_not_fit_ends_at_the_server() -> None:
    strict = istio("PeerAuthentication", {"mtls": {"mode": "STRICT"}})
    off = istio("DestinationRule", {"host": "stock", "trafficPolicy": {"tls": {"mode": "DISABLE"}}})
    hop = ask(mesh_of(strict, off), "stock.depot")
    assert {("plaintext", "no-filter-chain")} == {(wire, end) for _, wire, end in ends(hop)}
    bare = ask(mesh_of(strict), "stock.depot", client="bare")
    assert {("plaintext", "no-filter-chain")} == {(wire, end) for _, wire, end in ends(bare)}


def test_a_server_without_sidecar_gets_plaintext() -> None:
    hop = ask(mesh_of(), "bare.street", address=VIP["bare"])
    assert [("bare", "plaintext", "delivered")] == ends(hop)


def test_policies_see_the_identity_of_the_client() -> None:
    spec = {"rules": [{"from": [{"source": {"namespaces": ["office"]}}]}]}
    mesh = mesh_of(istio("AuthorizationPolicy", spec))
    assert {"delivered"} == {end for *_, end in ends(ask(mesh, "stock.depot"))}
    stranger = ask(mesh, "stock.depot", client="bare")
    assert {"denied"} == {end for *_, end in ends(stranger)}


def test_a_sidecar_knows_what_its_egress_lists() -> None:
    narrow = istio("Sidecar", {"egress": [{"hosts": ["street/*"]}]}, namespace="office")
    assert Outcome.PASSTHROUGH is ask(mesh_of(narrow), "stock.depot").outcome
    hop = ask(mesh_of(narrow), "bare.street", address=VIP["bare"])
    assert Outcome.FORWARD is hop.outcome


def test_tcp_goes_by_address_alone() -> None:
    mesh = mesh_of()
    carried = Carried(VIP["mail"], 25)
    hop = mesh.request_paths.from_workload(workload(mesh, "clerk"), carried)
    assert ("tcp", [("mail", "istio-mutual", "delivered")]) == (hop.protocol, ends(hop))


GATEWAY = {
    "selector": {"app": "door"},
    "servers": [{"port": {"number": 80, "name": "web", "protocol": "HTTP"}, "hosts": ["a.test"]}],
}
BOUND = {
    "hosts": ["a.test"],
    "gateways": ["one"],
    "http": [{"route": [{"destination": {"host": "stock"}}]}],
}


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("a.test", 8080, Outcome.FORWARD),
        ("b.test", 8080, Outcome.NO_VIRTUAL_HOST),
        ("a.test", 9, Outcome.NO_LISTENER),
    ],
)
def test_requests_from_outside_through_a_gateway(host, port, expected) -> None:
    mesh = mesh_of(istio("Gateway", GATEWAY), istio("VirtualService", BOUND))
    carried = Carried("pod", port, HttpRequest(host), source="203.0.113.9")
    hop = mesh.request_paths.arrive(workload(mesh, "door"), carried)
    assert expected is hop.outcome
    if expected is Outcome.FORWARD:
        assert {"delivered"} == {end for *_, end in ends(hop)}


def test_the_client_of_a_gateway_is_told_by_a_header() -> None:
    spec = {"rules": [{"from": [{"source": {"remoteIpBlocks": ["203.0.113.9"]}}]}]}
    mesh = mesh_of(
        istio("Gateway", GATEWAY),
        istio("VirtualService", BOUND),
        istio("AuthorizationPolicy", {"selector": {"matchLabels": {"app": "stock"}}, **spec}),
    )
    for source, expected in (("203.0.113.9", "delivered"), ("203.0.113.8", "denied")):
        carried = Carried("pod", 8080, HttpRequest("a.test"), source=source)
        hop = mesh.request_paths.arrive(workload(mesh, "door"), carried)
        assert {expected} == {end for *_, end in ends(hop)}


def test_mutual_tls_without_a_proxy_reaches_an_application_that_cannot_read_it() -> None:
    mesh = mesh_of()
    carried = Carried("pod", 8080, HttpRequest("x"))
    hop = mesh.request_paths.arrive(workload(mesh, "bare"), carried, Envelope("istio-mutual"))
    assert Outcome.APP_GETS_MTLS is hop.outcome


def test_behaviour_is_equal_for_equal_meshes_and_differs_by_what_counts() -> None:
    rule = istio("DestinationRule", SUBSETS)
    one, other = mesh_of(istio("VirtualService", SPLIT), rule), mesh_of(rule)
    assert behaviour(ask(one, "stock.depot", "/no")) == behaviour(ask(one, "stock.depot", "/no"))
    assert behaviour(ask(one, "stock.depot", "/no")) != behaviour(ask(other, "stock.depot", "/no"))
