"""A patch of listeners, filters or clusters that is called lost finds nothing, and one that nothing is said of does.

Random patches for a gateway with several servers and for a sidecar. What is asked is what each patch finds, compared
field by field as istiod does, with the listeners and chains that the model has of these proxies and with the names of
their clusters.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_meshes import LABELS, gateway, pods, route, routes_for, server, service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.request_path.inbound_chains import InboundPorts, inbound_chains
from meshctl.mesh.workloads.envoy_patches import is_ignored, is_never_applied
from meshctl.resources import EnvoyFilter

TLS = {"mode": "SIMPLE", "credentialName": "one"}
CART = {"app": "cart", "sidecar.istio.io/inject": "true"}
SUBSETS = {"host": "cart", "subsets": [{"name": "v1", "labels": {"app": "cart"}}]}
PORT_MODES = {
    "selector": {"matchLabels": {"app": "cart"}},
    "portLevelMtls": {9000: {"mode": "DISABLE"}},
}
RAW = {
    "match": [{"sniHosts": ["raw.test"]}],
    "route": [{"destination": {"host": "cart", "port": {"number": 80}}}],
}
GROUND = (
    thing("Namespace", "/shop", None, group="v1"),
    pods("shop/edge", containers=[{"name": "istio-proxy"}]), pods("shop/cart", CART),
    gateway("shop/web", server(8080, "HTTP", "tea.test"), server(8443, "HTTPS", "tea.test", "*.milk.test", **TLS),
            server(9443, "HTTPS", "*", **TLS), server(8444, "TLS", "raw.test", mode="PASSTHROUGH")),
    routes_for("shop/tea", ["tea.test"], ["web"], route("tea", to="cart")),
    routes_for("shop/raw", ["raw.test"], ["web"], tls=[RAW]),
    service("shop/edge", ((80, 8080), (443, 8443))),
    service("shop/cart", ((80, 8081),), {"app": "cart"}),
    thing("DestinationRule", "shop/cart", SUBSETS),
    thing("PeerAuthentication", "shop/cart", PORT_MODES, group="security.istio.io/v1"),
)  # fmt: skip
HOST = "cart.shop.svc.cluster.local"
LOST = {
    "envoy-filter/filter-chain-never-there", "envoy-filter/context-without-proxy",
    "envoy-filter/port-never-there", "envoy-filter/port-of-another-context",
    "envoy-filter/route-never-there", "envoy-filter/cluster-never-there",
}  # fmt: skip
UNREAD = "envoy-filter/match-not-read"
OPERATIONS = {
    "LISTENER": ["MERGE", "REMOVE"], "FILTER_CHAIN": ["MERGE", "REMOVE"], "NETWORK_FILTER": ["INSERT_FIRST", "ADD"],
    "HTTP_FILTER": ["INSERT_FIRST", "ADD"], "CLUSTER": ["MERGE", "REMOVE"],
}  # fmt: skip

Chain = dict[str, Any]
"""A chain with its listener, by the fields of a match."""


def answers(one: Mesh) -> list[Any]:
    """What each patch finds."""
    return [
        [found for found in _targets(one, envoy_filter, patch) if _fits(found, patch)]
        for envoy_filter in one.of(EnvoyFilter)
        for patch in envoy_filter.patches
    ]


def _targets(one: Mesh, envoy_filter: Any, patch: Any) -> list[Chain]:
    if is_ignored(patch) or is_never_applied(patch):
        return []
    reached = {pod.name for pod in one.workloads.envoy_filters.reached(envoy_filter)}
    owner = "edge" if patch.context == "GATEWAY" else "cart"
    if owner not in reached:
        return []
    if patch.apply_to == "CLUSTER":
        return list(_clusters(patch.context))
    return list(CHAINS[patch.context](one))


def _clusters(context: str) -> Iterator[Chain]:
    if context == "SIDECAR_INBOUND":
        yield {"name": "inbound|8081||", "service": HOST, "portNumber": 8081, "subset": ""}
        return
    for (name, port), subset in product(((HOST, 80),), ("", "v1")):
        parts = {"service": name, "portNumber": port, "subset": subset}
        yield {"name": f"outbound|{port}|{subset}|{name}", **parts}


def _of_gateway(one: Mesh) -> Iterator[Chain]:
    found = one.gateways.for_workload("shop/edge")
    for each in found.listeners:
        for chain in each.chains:
            yield {
                "listener": each.name, "portNumber": each.port, "sni": chain.sni, "http": bool(chain.route_config),
            }  # fmt: skip


def _inbound(one: Mesh) -> Iterator[Chain]:
    (pod,) = [each for each in one.workloads if each.name == "cart"]
    ports = InboundPorts(one.registry, one.workloads)
    numbers = [each.number for each in ports.of(pod, None)]
    for number in (*numbers, 9000, 0):
        port = ports.find(pod, number, None)
        mode = one.security.peer_authentications.of_port(pod, number).mode
        for chain in inbound_chains(port, mode):
            yield {
                "listener": "virtualInbound", "portNumber": number, "destinationPort": number, "name": chain.name,
                "transportProtocol": chain.transport or "raw_buffer", "alpn": chain.alpn, "http": chain.is_http,
            }  # fmt: skip
    blackhole = {"name": "virtualInbound-blackhole", "http": False}
    yield {"listener": "virtualInbound", "portNumber": 15006, "destinationPort": 15006, **blackhole}


CHAINS = {"GATEWAY": _of_gateway, "SIDECAR_INBOUND": _inbound}


def _fits(found: Chain, patch: Any) -> bool:
    """Is all that a match asks for the same there, as far as it is read?"""
    match, kind = patch.child("match"), patch.apply_to
    if kind == "CLUSTER":
        asked = match.child("cluster").data
        named = {"name": asked["name"]} if "name" in asked else asked
        return all(found[key] == value for key, value in named.items())
    listener = match.child("listener").data
    if listener.get("name", found["listener"]) != found["listener"]:
        return False
    own = 15006 if kind == "LISTENER" and "Inbound" in found["listener"] else found["portNumber"]
    if listener.get("portNumber", own) != own:
        return False
    if kind == "LISTENER":
        return True
    asked = listener.get("filterChain", {})
    alike = ("name", "transportProtocol", "destinationPort")
    return (
        all(found.get(key) == asked[key] for key in alike if key in asked)
        and ("sni" not in asked or asked["sni"] in found.get("sni", ()))
        and set(filter(None, asked.get("applicationProtocols", "").split(",")))
        <= set(found.get("alpn", ()))
        and (found["http"] or kind != "HTTP_FILTER")
    )


KIND = Kind(GROUND, answers, ("envoy_filter",))


def of(*several: Any) -> Any:
    return strategies.sampled_from(several)


def some(**parts: Any) -> Any:
    return strategies.fixed_dictionaries({}, optional=parts)


chains = some(
    name=of("0.0.0.0_8081", "0.0.0.0_80", "virtualInbound", "web"),
    sni=of("tea.test", "*.milk.test", "raw.test", "milk.test"),
    transportProtocol=of("tls", "raw_buffer"), destinationPort=of(80, 8081, 9000, 8443),
    applicationProtocols=of("h2", "istio", "istio-h2,istio-http/1.1", "http/1.1"),
).filter(lambda one: len(one) < 3)  # fmt: skip
listeners = some(
    name=of("0.0.0.0_8080", "0.0.0.0_443", "virtualInbound"),
    portNumber=of(80, 443, 8080, 8443, 8444, 8081, 9000, 15006),
    filterChain=chains,
)
clusters = some(
    name=of(f"outbound|80||{HOST}", f"outbound|80|v2|{HOST}", "inbound|8081||", "inbound|80||"),
    service=of(HOST, "cart", "gone.test"), portNumber=of(80, 8081), subset=of("v1", "v2"),
)  # fmt: skip


@strategies.composite
def patches(draw: Any) -> dict[str, Any]:
    kind = draw(of(*OPERATIONS))
    match: dict[str, Any] = {"context": draw(of("GATEWAY", "SIDECAR_INBOUND"))}
    key, asked = ("cluster", clusters) if kind == "CLUSTER" else ("listener", listeners)
    match[key] = draw(asked)
    value = {"name": "more"} if kind in {"NETWORK_FILTER", "HTTP_FILTER"} else {"metadata": {}}
    patch = {"operation": draw(of(*OPERATIONS[kind])), "value": value}
    return {"applyTo": kind, "match": match, "patch": patch}


@strategies.composite
def filters(draw: Any) -> Example:
    labels = draw(of(LABELS, {"app": "cart"}))
    spec = {
        "priority": 10,
        "workloadSelector": {"labels": labels},
        "configPatches": draw(strategies.lists(patches(), min_size=1, max_size=2)),
    }
    group = "networking.istio.io/v1alpha3"
    metadata = {"name": "e", "namespace": "shop"}
    return Example(
        KIND, [{"apiVersion": group, "kind": "EnvoyFilter", "metadata": metadata, "spec": spec}]
    )


def each_patch(one: Example) -> Iterator[tuple[set[str], Any]]:
    """What is said of each patch, and what it finds."""
    for number, found in enumerate(one.answers):
        path = ("spec", "configPatches", number)
        yield {said.rule for said in one.said if said.clause.path[:3] == path}, found


@settings(max_examples=150)
@given(filters())
def test_a_patch_that_is_called_lost_finds_nothing(one) -> None:
    for said, found in each_patch(one):
        assert not (said & LOST and found)


def is_for_other_modes(patch: Any) -> bool:
    """Does it ask what comes in for protocols, which chains have by the mode of mutual TLS, or some ports alone?"""
    asked = patch["match"].get("listener", {}).get("filterChain", {})
    is_inbound = patch["match"]["context"] == "SIDECAR_INBOUND"
    protocols = {"transportProtocol", "applicationProtocols"} & asked.keys()
    return is_inbound and bool(protocols or patch["applyTo"] == "HTTP_FILTER")


@settings(max_examples=150)
@given(filters())
def test_a_patch_that_nothing_is_said_of_finds_something(one) -> None:
    patches = one.manifests[0]["spec"]["configPatches"]
    for patch, (said, found) in zip(patches, each_patch(one), strict=True):
        assert found or said & LOST or is_for_other_modes(patch)


@settings(max_examples=150)
@given(filters())
def test_a_field_that_is_called_unread_finds_the_same_without(one) -> None:
    for said in one.said:
        if said.rule == UNREAD:
            assert one.answers == one.without(Clause(0, said.clause.path)).answers
