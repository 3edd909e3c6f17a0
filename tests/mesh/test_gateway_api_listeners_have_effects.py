"""A listener, or a part of one, that is called dead changes nothing at the gateway, and one that isn't changes something.

Random Gateways of the Gateway API, with routes of two namespaces for all that they listen on. What is asked is where
connections and requests go, by port and name, and what TLS the gateway opens.
"""

from typing import Any

from clause_effects import Clause, Example, Kind, Said
from gateway_api_answers import GROUP, connections, entries, listener, manifest, namespace, requests
from gateway_meshes import service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.resources import KubernetesGateway
from meshctl.validation.gateway_api.gateways import check as faults

NAMES = ("", "tea.test", "milk.test", "away.org")
REQUESTS = [
    HttpRequest(name, "GET", path, {})
    for name in NAMES[1:]
    for path in ("/shop", "/stock", "/shop.Call/Z", "/stock.Call/Z")
]
HOMES = ("shop", "stock")
DEAD = {
    "kubernetes-gateway/duplicate-listener", "kubernetes-gateway/listener-conflict",
    "kubernetes-gateway/protocol-unsupported", "kubernetes-gateway/certificate-unusable",
    "kubernetes-gateway/route-kind-unsupported", "kubernetes-gateway/from-against-selector",
}  # fmt: skip
"""The rules about listeners and parts that are not served."""


def route(kind: str, home: str, *hostnames: str, **rule: Any) -> Any:
    parents = [{"name": "door", "namespace": "shop"}]
    rules = [{**rule, "backendRefs": [{"name": f"of-{home}", "port": 80}]}]
    spec = {"parentRefs": parents, "rules": rules} | (
        {"hostnames": [*hostnames]} if hostnames else {}
    )
    return thing(kind, f"{home}/of-{kind.lower()}", spec, group=GROUP)


GROUND = (
    namespace("shop"), namespace("stock", docks="yes"),
    *(service(f"{home}/of-{home}", selector={"app": home}) for home in HOMES),
    thing("Secret", "shop/cert", None, group="v1"), thing("Secret", "shop/more", None, group="v1"),
    thing("Secret", "stock/cert", None, group="v1"),
    *(route("HTTPRoute", home, matches=[{"path": {"value": f"/{home}"}}]) for home in HOMES),
    *(route("GRPCRoute", home, matches=[{"method": {"service": f"{home}.Call"}}]) for home in HOMES),
    *(route(kind, home) for kind in ("TLSRoute", "TCPRoute") for home in HOMES),
)  # fmt: skip


def answers(one: Mesh) -> Any:
    return connections(one, NAMES) | requests(one, REQUESTS)


def with_counts(one: Mesh) -> Any:
    """What listens, and the routes that count as attached, which one that is older may hide."""
    gateway = next(iter(one.of(KubernetesGateway)))
    read = one.gateway_api.gateway(gateway)
    attached = {
        (each.listener.name,): [route.key for route in one.gateway_api.attached(each)]
        for each in (read.listeners if read is not None else ())
    }
    return answers(one) | attached


KIND = Kind(GROUND, answers, ("kubernetes_gateway",))
COUNTING = KIND._replace(answers=with_counts)

SECRETS = (
    {"name": "cert"}, {"name": "more"}, {"name": "gone"}, {"name": "cert", "namespace": "stock"},
)  # fmt: skip
certificates = strategies.lists(
    strategies.sampled_from(SECRETS), min_size=1, max_size=2, unique_by=str
).map(lambda several: {"certificateRefs": several})
tls = strategies.one_of(strategies.just({"mode": "Passthrough"}), certificates)
SELECTED = {"from": "Selector", "selector": {"matchLabels": {"docks": "yes"}}}
NAMESPACES = (None, {"from": "All"}, {"from": "Same"}, SELECTED, {"selector": SELECTED["selector"]})
KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
kinds = strategies.lists(
    strategies.sampled_from(KINDS).map(lambda kind: {"kind": kind}), max_size=2, unique_by=str
)


@strategies.composite
def listeners(draw: Any, name: str) -> Any:
    protocol = draw(strategies.sampled_from(["HTTP", "HTTP", "HTTPS", "TLS", "TCP", "http", "UDP"]))
    port = draw(strategies.sampled_from([80, 443, 9000]))
    hostname = draw(strategies.sampled_from(["", "", "tea.test", "*.test", "milk.test"]))
    namespaces, several = draw(strategies.sampled_from(NAMESPACES)), draw(kinds)
    allowed = {"namespaces": namespaces} if namespaces else {}
    allowed |= {"kinds": several} if several else {}
    more = {"allowedRoutes": allowed} if allowed else {}
    if protocol in {"HTTPS", "TLS"}:
        more["tls"] = draw(certificates if protocol == "HTTPS" else tls)
    return listener(name, port, protocol, "" if protocol in {"TCP", "UDP"} else hostname, **more)


@strategies.composite
def gateways(draw: Any) -> Any:
    names = ("a", "b", "c")[: draw(strategies.integers(1, 3))]
    several = [draw(listeners(name)) for name in names]
    spec = {"gatewayClassName": "istio", "listeners": several}
    return manifest("Gateway", "shop", "door", spec, 0)


gateway_alone = strategies.tuples(gateways().filter(lambda one: not any(faults(one["spec"]))))


def clauses(manifests: Any) -> list[Clause]:
    """Listeners, kinds and certificates as far as others are left; who they take routes of."""
    found = [
        Clause(number, path)
        for one in (
            ("listeners",),
            ("listeners", "tls", "certificateRefs"),
            ("listeners", "allowedRoutes", "kinds"),
        )
        for number, path, count in entries(manifests, "spec", *one)
        if count > 1
    ]
    for number, path, _ in entries(manifests, "spec", "listeners"):
        allowed = manifests[number]["spec"]["listeners"][path[-1]].get("allowedRoutes", {})
        own = Clause(number, (*path, "allowedRoutes"))
        found += [own.below(key) for key in allowed]
        found += [own.below("namespaces", key) for key in allowed.get("namespaces", {})]
    return found


OF_A_WHOLE = {
    "kubernetes-gateway/certificate-not-granted", "kubernetes-gateway/certificate-unusable",
    "kubernetes-gateway/duplicate-listener", "kubernetes-gateway/listener-conflict",
    "kubernetes-gateway/protocol-unsupported", "kubernetes-gateway/route-kind-unsupported",
}  # fmt: skip
"""The rules about listeners that serve nothing."""
ROUTES = {
    "HTTP": ("HTTPRoute", "GRPCRoute"), "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"), "TCP": ("TCPRoute",),
}  # fmt: skip


def dead_part(said: Said) -> Clause:
    """The listener that is called dead, or the kind or selector of it."""
    number, path = said.clause
    if "allowedRoutes" in path:
        return Clause(number, path[:6])
    return Clause(number, path[:3])


def of_listener(clause: Clause) -> Clause:
    return Clause(clause.number, clause.path[:3])


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is the listener told to serve nothing, or does a part say what holds without it?

    That are the own namespace, and all kinds of the protocol.
    """
    told = {of_listener(said.clause) for said in one.said if said.rule in OF_A_WHOLE}
    hiding = {of_listener(each) for said in one.said for each in said.related}
    of_refused = {
        of_listener(each)
        for said in one.said
        if "Envoy refuses" in said.finding.message
        for each in said.related
    }
    if of_listener(clause) in told | of_refused or clause in hiding:
        return True
    written = one.value(of_listener(clause))
    allowed = written.get("allowedRoutes", {})
    if "namespaces" in clause.path:
        return allowed["namespaces"] == {"from": "Same"} or clause.path[-1] == "selector"
    kinds = {each["kind"] for each in allowed.get("kinds", ())}
    is_passed = written.get("tls") == {"mode": "Passthrough"}
    every = {"TLSRoute"} if is_passed else {*ROUTES[written["protocol"]]}
    return "kinds" in clause.path and every <= kinds


def is_silent(one: Example, clause: Clause) -> bool:
    return not (one.is_complained_about(clause) or is_for_others(one, clause))


@settings(max_examples=150)
@given(gateway_alone)
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    one = Example(COUNTING, manifests)
    every = clauses(manifests)
    for clause in every:
        if is_silent(one, clause):
            assert one.differs(clause) or one.has_twin(clause, every)


@settings(max_examples=150)
@given(gateway_alone)
def test_what_is_called_dead_has_no_effect(manifests) -> None:
    """Not where it keeps others off a port, with itself or not, nor where an empty list would take all kinds."""
    one = Example(KIND, manifests)
    hiding = {of_listener(each) for said in one.said for each in said.related}
    for said in one.said:
        kinds = one.value(of_listener(said.clause)).get("allowedRoutes", {}).get("kinds", ())
        is_only = "kinds" in said.clause.path and len(kinds) == 1
        keeps_off = of_listener(said.clause) in hiding or "Envoy refuses" in said.finding.message
        if said.rule in DEAD and not is_only and not keeps_off:
            assert not one.differs(dead_part(said))
