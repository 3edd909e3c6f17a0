"""A tcp or tls match that is called dead changes no filter chain, and a lone one that isn't changes some.

Random matches for a gateway with a passthrough and a TCP server, and for two clients of a Service, a host
with TLS and a block of addresses.
"""

from typing import Any

from gateway_meshes import gateway, mesh, pods, server, service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding
from meshctl.rules.virtual_service import (
    layer4_rules_without_listener,
    match_never_applies,
    source_ignored_at_gateway,
)

HOSTS = ("tea", "api.example.org", "bank.example.org", "www.example.org")
PORTS = (443, 7000, 8443, 9000)
WITHIN = ("10.8.0.0/24", "10.8.0.0/16", "10.1.0.0/16")
READ_BY_SIDECARS = ("sourceLabels", "sourceNamespace", "destinationSubnets")


def entry(name: str, port: int, protocol: str, **spec: Any):
    declared = {"number": port, "name": "one", "protocol": protocol}
    host = f"{name}.example.org"
    return thing("ServiceEntry", f"shop/{name}", {"hosts": [host], "ports": [declared], **spec})


def client(name: str):
    return pods(f"shop/{name}", {"app": name, "sidecar.istio.io/inject": "true"})


PROXY = {"containers": [{"name": "istio-proxy", "args": ["proxy", "router"]}]}
GROUND = (
    gateway("shop/web", server(443, "TLS", "*", mode="PASSTHROUGH"), server(9000, "TCP", "*")),
    pods("istio-system/ingress", {"istio": "ingressgateway", "app": "ingress"}, **PROXY),
    service(ports=((443, 8443), (9000, 9000))),
    thing(
        "Service", "shop/tea",
        {"clusterIP": "10.1.2.3", "selector": {"app": "tea"},
         "ports": [{"name": "tcp-tea", "port": 9000}]},
        group="v1",
    ),
    entry("api", 443, "TLS", resolution="DNS"),
    entry("bank", 7000, "TCP", addresses=["10.8.0.0/24"]),
    client("pages"), client("worker"),
)  # fmt: skip


def given_spec(kind: str, hosts: list[str], gateways: list[str], *matches: dict | None):
    """Rules with a destination of their own for each match that is there."""
    rules = [
        {"match": [match], "route": [{"destination": {"host": f"to{n}.example.org", "port": {"number": 1}}}]}
        for n, match in enumerate(matches)
        if match is not None
    ]  # fmt: skip
    return {"hosts": hosts, "gateways": gateways, kind: rules}


def made(spec: dict | None) -> Mesh:
    own = [] if spec is None else [thing("VirtualService", "shop/v", spec)]
    return mesh(*GROUND, *own, is_whole=True)


def of_gateways(one: Mesh) -> list[tuple[object, ...]]:
    return [
        (listener.name, chain.sni, [target.host for target in chain.targets])
        for effective in one.gateways
        for listener in effective.listeners
        for chain in listener.chains
    ]


def of_sidecars(one: Mesh) -> list[tuple[object, ...]]:
    return [
        (workload.name, listener.name, chain.sni, chain.cidrs, [to.host for to in chain.targets])
        for workload in one.workloads
        if workload.name in {"pages", "worker"}
        for port in PORTS
        for listener in one.request_paths.views.view_of(workload).listeners.on(port)
        for chain in listener.chains
        if not listener.address.startswith("10.1.") or _takes(chain.cidrs, "10.1.")
        if not listener.address.startswith("10.8.") or _takes(chain.cidrs, "10.8.")
    ]


def _takes(cidrs: tuple[str, ...], start: str) -> bool:
    return not cidrs or any(block.startswith(start) for block in cidrs)


def answers(spec: dict | None) -> object:
    one = made(spec)
    return of_gateways(one), of_sidecars(one)


def said(spec: dict, rule: Any) -> list[Finding]:
    one = made(spec)
    (judged,) = one.of(VirtualService)
    return [found for found in rule.check.check(judged, one) if isinstance(found, Finding)]


def called_dead(spec: dict) -> bool:
    """Is all of a VirtualService with one match called dead?"""
    partly = [one for one in said(spec, match_never_applies) if "only at some" not in one.message]
    return bool(partly or said(spec, layer4_rules_without_listener))


@strategies.composite
def matches(draw: Any, kind: str, hosts: list[str]) -> dict:
    labels = strategies.sampled_from(["pages", "worker", "nobody", "ingress"])
    some = strategies.fixed_dictionaries(
        {},
        optional={
            "port": strategies.sampled_from(PORTS),
            "destinationSubnets": strategies.lists(
                strategies.sampled_from(WITHIN), min_size=1, max_size=2, unique=True
            ),
            "sourceLabels": labels.map(lambda name: {"app": name}),
            "sourceNamespace": strategies.sampled_from(["shop", "attic"]),
            "gateways": strategies.lists(
                strategies.sampled_from(["mesh", "shop/web", "shop/other"]), min_size=1, max_size=2,
                unique=True,
            ),
        },
    )  # fmt: skip
    found = draw(some)
    if kind == "tls":
        full = ["tea.shop.svc.cluster.local" if host == "tea" else host for host in hosts]
        found["sniHosts"] = [draw(strategies.sampled_from(full))]
    return found or {"port": draw(strategies.sampled_from(PORTS))}


@strategies.composite
def written(draw: Any, most: int) -> tuple[str, list[str], list[str], list[dict]]:
    kind = draw(strategies.sampled_from(["tcp", "tls"]))
    hosts = draw(
        strategies.lists(strategies.sampled_from(HOSTS), min_size=1, max_size=2, unique=True)
    )
    several = strategies.lists(
        strategies.sampled_from(["mesh", "shop/web"]), min_size=1, max_size=2, unique=True
    )
    some = draw(strategies.lists(matches(kind, hosts), min_size=1, max_size=most))
    return kind, hosts, draw(several), some


@settings(max_examples=150)
@given(written(most=1))
def test_a_lone_match_changes_something_unless_it_is_called_dead(drawn) -> None:
    kind, hosts, gateways, (match,) = drawn
    spec = given_spec(kind, hosts, gateways, match)
    assert (answers(spec) == answers(None)) is called_dead(spec)


@settings(max_examples=100)
@given(written(most=3))
def test_a_dead_match_changes_nothing_among_others(drawn) -> None:
    kind, hosts, gateways, several = drawn
    spec = given_spec(kind, hosts, gateways, *several)
    one = made(spec)
    (judged,) = one.of(VirtualService)
    for n, route in enumerate(getattr(judged, kind)):
        _, applying = one.clauses.match_listeners.idle(route, route.matches[0])
        if applying == 0:
            rest = [None if k == n else match for k, match in enumerate(several)]
            assert answers(spec) == answers(given_spec(kind, hosts, gateways, *rest))


@settings(max_examples=100)
@given(written(most=1))
def test_gateways_read_no_condition_that_is_called_ignored(drawn) -> None:
    kind, hosts, gateways, (match,) = drawn
    spec = given_spec(kind, hosts, gateways, match)
    wider = {key: value for key, value in match.items() if key not in READ_BY_SIDECARS}
    same = of_gateways(made(spec)) == of_gateways(made(given_spec(kind, hosts, gateways, wider)))
    assert same
    is_used = of_gateways(made(spec)) != of_gateways(made(None))
    narrowed = wider != match
    assert bool(said(spec, source_ignored_at_gateway)) is (is_used and narrowed)
