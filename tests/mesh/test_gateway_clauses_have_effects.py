"""A server that is called lost changes nothing at a gateway, and one that nothing is said of changes something.

Random Gateways of two namespaces for one gateway workload. What is asked is all that its Envoy gets: listeners,
filter chains with their TLS, virtual hosts and routes.
"""

from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_meshes import LABELS, pods, route, routes_for, server, service
from hypothesis import given, settings, strategies

from meshctl.inspect.routes.gateway_routes import gateway_entry
from meshctl.mesh import Mesh
from meshctl.mesh.core import covers
from meshctl.mesh.gateways import route_kind, server_hosts
from meshctl.output.routes.form import gateway_form
from meshctl.resources import Gateway

HOMES = ("shop", "stock")
GATEWAYS = [f"{home}/g{number}" for home in HOMES for number in range(3)]
HOSTS = (
    "tea.test",
    "milk.test",
    "*.test",
    "*",
    "./tea.test",
    "stock/milk.test",
    "shop/*",
    "other.org",
)
SERVERS = (
    (80, "HTTP", {}), (80, "HTTP", {"httpsRedirect": True}), (8080, "HTTP", {}), (80, "TCP", {}),
    (443, "HTTPS", {"mode": "SIMPLE", "credentialName": "one"}),
    (443, "HTTPS", {"mode": "SIMPLE", "credentialName": "two"}),
    (443, "HTTPS", {"mode": "SIMPLE", "credentialName": "one", "caCertCredentialName": "ca"}),
    (443, "HTTPS", {"mode": "MUTUAL", "credentialName": "one", "caCertCredentialName": "ca"}),
    (443, "TLS", {"mode": "SIMPLE", "credentialName": "one"}), (443, "TLS", {"mode": "PASSTHROUGH"}),
    (9000, "TCP", {}), (9000, "HTTP", {}),
)  # fmt: skip
LOST = {
    "gateway/port-protocol-conflict", "gateway/tls-host-duplicated", "gateway/tls-mode-mismatch",
    "gateway/selector-matches-no-workload",
}  # fmt: skip


def layer4(kind: str, to: str, **match: Any) -> dict[str, Any]:
    matches = {"match": [match]} if match else {}
    return {kind: [{**matches, "route": [{"destination": {"host": to, "port": {"number": 80}}}]}]}


GROUND = (
    pods(), service(ports=((80, 8080), (8080, 8080), (443, 8443), (9000, 9000))),
    routes_for("shop/tea", ["tea.test"], GATEWAYS, route("tea")),
    routes_for("stock/milk", ["milk.test"], GATEWAYS, route("milk")),
    routes_for("shop/raw", ["tea.test"], GATEWAYS, **layer4("tcp", "raw")),
    routes_for("stock/sni", ["milk.test"], GATEWAYS, **layer4("tls", "sni", sniHosts=["milk.test"])),
)  # fmt: skip


def answers(one: Mesh) -> dict[str, Any]:
    """All that each gateway workload is sent."""
    found = {}
    for effective in one.gateways:
        if not effective.workload.is_real:  # stands for pods that the input may lack
            continue
        form = gateway_form(gateway_entry(effective, one), with_places=False)
        found[effective.workload.name] = form["listeners"], form["routes"]
    return found


KIND = Kind(GROUND, answers, ("gateway",))


@strategies.composite
def gateways(draw: Any, number: int) -> Any:
    several = [
        server(port, protocol, *draw(hosts), name=f"p{at}", **tls)
        for at, (port, protocol, tls) in enumerate(draw(servers))
    ]
    home = draw(strategies.sampled_from(HOMES))
    labels = draw(strategies.sampled_from([LABELS, LABELS, LABELS, {"istio": "nobody"}]))
    age = f"2026-01-01T00:00:{number:02}Z"
    metadata = {"name": f"g{number}", "namespace": home, "creationTimestamp": age}
    spec = {"selector": labels, "servers": several}
    group = "networking.istio.io/v1"
    return {"apiVersion": group, "kind": "Gateway", "metadata": metadata, "spec": spec}


servers = strategies.lists(strategies.sampled_from(SERVERS), min_size=1, max_size=2)
hosts = strategies.lists(strategies.sampled_from(HOSTS), min_size=1, max_size=2, unique=True)
several = strategies.integers(1, 2).flatmap(
    lambda size: strategies.tuples(*map(gateways, range(size)))
)


def servers_of(manifests: Any) -> list[Clause]:
    return [
        Clause(number, ("spec", "servers", at))
        for number, one in enumerate(manifests)
        if one is not None
        for at in range(len(one["spec"]["servers"]))
    ]


def hosts_of(manifests: Any) -> list[Clause]:
    """The hosts of servers that have several."""
    return [
        Clause(number, ("spec", "servers", at, "hosts", host))
        for number, one in enumerate(manifests)
        if one is not None
        for at, each in enumerate(one["spec"]["servers"])
        for host in range(len(each["hosts"]))
        if len(each["hosts"]) > 1
    ]


def lost(one: Example) -> set[Clause]:
    """The servers that are called lost, or whole Gateways."""
    parts = [said.part for said in one.said if said.rule in LOST]
    return {Clause(number, path[:3]) for number, path in parts}


def left(manifests: Any) -> Example:
    """An example without what is called lost; of servers that redirect the same hosts one is left."""
    one = Example(KIND, manifests)
    one = one.without(*lost(one))
    for clause in reversed(servers_of(one.manifests)):
        if "httpsRedirect" in one.value(clause).get("tls", {}) and not one.differs(clause):
            one = one.without(clause)
    return one


@settings(max_examples=100)
@given(several)
def test_servers_that_are_called_lost_have_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    assert not any(one.differs(clause) for clause in lost(one))
    assert one.answers == left(manifests).answers


@settings(max_examples=100)
@given(several)
def test_a_server_that_nothing_is_said_of_has_an_effect(manifests) -> None:
    """Of two that make a chain of the same tls route either will do."""
    one = left(manifests)
    every = servers_of(one.manifests)
    for clause in every:
        if not one.is_complained_about(clause):
            assert one.differs(clause) or one.has_twin(clause, every)


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is a host a wildcard, for what may come, or of a server that tells no hosts apart?

    A host for which a wildcard of the same server stands gets a virtual host of its own.
    """
    gateway, (_, _, at, _, host) = one.objects[clause.number], clause.path
    assert isinstance(gateway, Gateway)
    server = gateway.servers[int(at)]
    written = server_hosts(server)
    own = written[int(host)].host
    wider = [other for n, other in enumerate(written) if n != host and covers(other.host, own)]
    return "*" in own or bool(wider) or (route_kind(server) == "tcp" and not server.is_tls)


@settings(max_examples=100)
@given(several)
def test_a_host_that_nothing_is_said_of_has_an_effect(manifests) -> None:
    one = left(manifests)
    servers = servers_of(one.manifests)
    for clause in hosts_of(one.manifests):
        if not one.is_complained_about(clause) and not is_for_others(one, clause):
            assert one.differs(clause) or one.has_twin(clause, servers)


@settings(max_examples=100)
@given(several)
def test_a_tls_setting_has_an_effect_unless_it_is_said_to_have_none(manifests) -> None:
    one = left(manifests)
    silent = {said.part for said in one.said if said.rule == "gateway/tls-setting-of-another-mode"}
    for clause in servers_of(one.manifests):
        setting = Clause(clause.number, (*clause.path, "tls", "caCertCredentialName"))
        if setting.path[-1] in one.value(clause).get("tls", {}) and one.differs(clause):
            assert one.differs(setting) is (setting not in silent)
