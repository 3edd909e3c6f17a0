"""An egress host that is called dead shows no proxy anything, and one that isn't shows some host on some port."""

from typing import Any

from gateway_meshes import mesh, pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding
from meshctl.rules.sidecar import (
    egress_host_not_found,
    egress_host_repeated,
    egress_port_of_no_host,
)

PORTS = (80, 443, 9000)
HOSTS = (
    "./*", "stock/*", "*/*", "attic/*", "stock/tea.stock.svc.cluster.local", "*/api.example.org",
    "stock/milk.stock.svc.cluster.local", "./pages.shop.svc.cluster.local",
)  # fmt: skip
RULES = (egress_host_not_found, egress_host_repeated, egress_port_of_no_host)


def declared(name: str, *ports: int) -> Any:
    own = name.rpartition("/")[2]
    several = [{"name": f"http-{port}", "port": port} for port in ports]
    return thing("Service", name, {"selector": {"app": own}, "ports": several}, group="v1")


GROUND = (
    declared("shop/pages", 80), declared("stock/tea", 80, 9000), declared("attic/old", 443),
    thing(
        "ServiceEntry", "stock/api",
        {"hosts": ["api.example.org"], "ports": [{"number": 443, "name": "t", "protocol": "TLS"}]},
    ),
    pods("shop/pages", {"app": "pages", "sidecar.istio.io/inject": "true"}),
)  # fmt: skip


def made(egress: list[dict[str, Any]]) -> Mesh:
    return mesh(*GROUND, thing("Sidecar", "shop/default", {"egress": egress}), is_whole=True)


def shown(one: Mesh) -> set[tuple[int, str, int]]:
    """What each listener shows: its place, the host, the port."""
    (workload,) = one.workloads
    client = one.sidecar_scope.client(workload)
    return {
        (at, host.host, port.number)
        for host in one.registry
        for port in host.ports
        for at, scope in enumerate(client.scopes)
        if scope.imports(host) and scope.port in {None, port.number}
    }


def dead(one: Mesh) -> set[tuple[int, int]]:
    """The entries that are called dead, each by itself or with its whole listener."""
    (judged,) = one.of(Sidecar)
    found = [f for rule in RULES for f in rule.check.check(judged, one) if isinstance(f, Finding)]
    entries = set()
    for finding in found:
        _, _, listener, field, last = finding.ref.path
        assert isinstance(listener, int)
        several = range(len(judged.egress[listener].hosts)) if field == "port" else [last]
        entries |= {(listener, int(entry)) for entry in several}
    return entries


@strategies.composite
def listeners(draw: Any) -> list[dict[str, Any]]:
    several = strategies.lists(strategies.sampled_from(HOSTS), min_size=1, max_size=3, unique=True)
    ports = draw(strategies.lists(strategies.sampled_from(PORTS), max_size=2, unique=True))
    with_port = [
        {"port": {"number": port, "name": f"p{port}", "protocol": "HTTP"}, "hosts": draw(several)}
        for port in ports
    ]
    return [*with_port, {"hosts": draw(several)}]


def changes(egress: list[dict[str, Any]], listener: int, entry: int) -> bool:
    """Does a mesh show something else once an entry is gone?"""
    written = egress[listener]
    rest = written["hosts"][:entry] + written["hosts"][entry + 1 :]
    other = [*egress[:listener], {**written, "hosts": rest}, *egress[listener + 1 :]]
    return shown(made(egress)) != shown(made(other))


def entries(egress: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The entries of listeners that have several."""
    return [
        (listener, entry)
        for listener, written in enumerate(egress)
        for entry in range(len(written["hosts"]))
        if len(written["hosts"]) > 1
    ]


@settings(max_examples=100)
@given(listeners())
def test_an_entry_that_is_called_dead_shows_nothing(egress) -> None:
    called = dead(made(egress))
    for listener, entry in entries(egress):
        assert not ((listener, entry) in called and changes(egress, listener, entry))


@settings(max_examples=100)
@given(listeners())
def test_an_entry_that_is_not_called_dead_shows_something(egress) -> None:
    """A wildcard of a listener with a port is for what will have it; a wider one may repeat others."""
    called = dead(made(egress))
    for listener, entry in entries(egress):
        written = egress[listener]
        is_wide = "*/" in written["hosts"][entry] or written["hosts"][entry].endswith("/*")
        if (listener, entry) not in called and not is_wide:
            assert changes(egress, listener, entry)
