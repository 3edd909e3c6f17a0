"""A clause that is called dead changes no answer, and one that isn't changes some.

Random meshes with a gateway and two clients; every match has a name of its own, so that a route it
makes is seen in the tables of gateways and sidecars.
"""

from collections.abc import Iterator

from gateway_meshes import gateway, mesh, pods, routes_for, server, service, thing
from hypothesis import given, strategies
from hypothesis.strategies import SearchStrategy

from meshctl.mesh import Mesh
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import VirtualService

PORTS = (80, 443, 8080, 9000)
LABELS = ("ingressgateway", "pages", "nobody")
GATEWAYS = ("shop/web", "mesh", "shop/other")
HOSTS = ("tea", "tea.example.com", "old.test")

Clause = tuple[int, int]
"""A rule and a match by index."""


def matches() -> SearchStrategy[dict]:
    paths = strategies.sampled_from(["/", "/a", "/a/b"])
    return strategies.builds(
        lambda path, more: {"uri": {"prefix": path}, **more},
        paths,
        strategies.fixed_dictionaries(
            {},
            optional={
                "port": strategies.sampled_from(PORTS),
                "gateways": strategies.lists(
                    strategies.sampled_from(GATEWAYS), min_size=1, max_size=2, unique=True
                ),
                "sourceLabels": strategies.sampled_from(LABELS).map(lambda name: {"app": name}),
                "sourceNamespace": strategies.sampled_from(["shop", "istio-system", "attic"]),
            },
        ),
    )


def rules() -> SearchStrategy[list]:
    several = strategies.lists(matches(), min_size=1, max_size=3)
    return strategies.lists(several, min_size=1, max_size=3)


def made(written: list, hosts: list, gateways: list) -> Mesh:
    http = [
        {
            "name": f"r{n}",
            "match": [{**match, "name": f"m{k}"} for k, match in enumerate(several) if match],
            "route": [{"destination": {"host": "tea", "port": {"number": 9000}}}],
        }
        for n, several in enumerate(written)
        if any(several)
    ]
    tea = thing(
        "Service", "shop/tea",
        {"selector": {"app": "tea"}, "ports": [{"name": "http", "port": 9000}]}, group="v1",
    )  # fmt: skip
    return mesh(
        gateway("shop/web", server(80, "HTTP", "*")),
        pods(
            "istio-system/ingress",
            {"istio": "ingressgateway", "app": "ingressgateway"},
            containers=[{"name": "istio-proxy", "args": ["proxy", "router"]}],
        ),
        service(),
        tea,
        pods("shop/pages", {"app": "pages", "sidecar.istio.io/inject": "true"}),
        routes_for("shop/v", hosts, gateways, *http),
        is_whole=True,
    )  # fmt: skip


def answers(one: Mesh) -> frozenset[tuple[str, str, str]]:
    """Every route of every table: where it is, the domain, its name."""
    return frozenset(_routes(one))


def _routes(one: Mesh) -> Iterator[tuple[str, str, str]]:
    for effective in one.gateways:
        for config, hosts in effective.route_configs.items():
            for host in hosts:
                for route in host.routes:
                    yield config, host.domains[0], route.name
    for workload in one.workloads:
        if is_gateway(workload):
            continue
        client = one.sidecar_scope.client(workload)
        for host in HOSTS:
            full = one.registry.fqdn(host, "shop")
            for port in PORTS:
                found = one.sidecar_routes.find(client, full, port)
                for route in found.routes if found is not None else ():
                    yield f"{workload.key_name}:{port}", full, route.name


def dead(one: Mesh) -> tuple[set[Clause], set[Clause]]:
    """The matches that are called dead, and those that nothing is written for behind others.

    istiod writes no route behind a match that takes everything: that is another question.
    """
    (virtual_service,) = one.of(VirtualService)
    never: set[Clause] = set()
    behind: set[Clause] = set()
    ended = False
    for route in virtual_service.http:
        for match in route.matches:
            clause = int(route.name[1:]), int(match.name[1:])
            _, applying = one.clauses.match_listeners.idle(route, match)
            if applying == 0:
                never.add(clause)
            if ended:
                behind.add(clause)
            ended = ended or match.child("uri").text("prefix") == "/"
    return never, behind


def without(written: list, gone: Clause) -> list:
    return [
        [None if (n, k) == gone else match for k, match in enumerate(several)]
        for n, several in enumerate(written)
    ]


hosts_of = strategies.lists(strategies.sampled_from(HOSTS), min_size=1, max_size=2, unique=True)
gateways_of = strategies.lists(
    strategies.sampled_from(GATEWAYS[:2]), min_size=1, max_size=2, unique=True
)


@given(rules(), hosts_of, gateways_of)
def test_a_dead_match_changes_nothing(written, hosts, gateways) -> None:
    whole = made(written, hosts, gateways)
    before = answers(whole)
    never, _ = dead(whole)
    for clause in never:
        assert before == answers(made(without(written, clause), hosts, gateways))


@given(rules(), hosts_of, gateways_of)
def test_a_match_that_is_not_called_dead_changes_something(written, hosts, gateways) -> None:
    whole = made(written, hosts, gateways)
    before = answers(whole)
    never, behind = dead(whole)
    for n, several in enumerate(written):
        for k in range(len(several)):
            if (n, k) not in never | behind:
                assert before != answers(made(without(written, (n, k)), hosts, gateways))
