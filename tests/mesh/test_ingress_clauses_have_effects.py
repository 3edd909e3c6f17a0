"""A path, rule or tls entry of an Ingress that is called dead changes the way of no request, and others do.

Random Ingresses of two namespaces that Istio serves, for hosts that they share. What is asked is where requests go, by
host, path and scheme.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from clause_effects import Clause, Example, Kind, Said, some_of
from gateway_api_answers import entries, namespace
from gateway_meshes import LABELS, pods, service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.core import covers
from meshctl.mesh.gateways.ingress_routes import IngressPath, IngressServer

HOSTS = ("tea.test", "milk.test", "away.org")
PATHS = ("/", "/a", "/a/", "/a/b", "/ab", "/b", "/a/*", "/*")
ASKED = (*HOSTS, "www.test", "other.net")
REQUESTED = (*PATHS, *(f"{path.removesuffix('/')}/c" for path in PATHS))
DEAD = {"resource/ingress-part-ignored", "resource/ingress-path-taken"}
HOMES = ("shop", "stock")
CLASS = {"controller": "istio.io/ingress-controller"}
GROUND = (
    thing("IngressClass", "/istio", CLASS, group="networking.k8s.io/v1"), namespace("shop"), namespace("stock"), pods("istio-system/door", LABELS),
    *(
        service(f"{home}/to-{number}-{at}", ((80, 80),), {"app": home})
        for home in HOMES for number in range(3) for at in range(4)
    ),
)  # fmt: skip


def answers(one: Mesh) -> Any:
    """The backend of each request, and the certificate of the server that opens its TLS."""
    found: dict[tuple[str, str, bool], Any] = {}
    for host, path, is_tls in product(ASKED, REQUESTED, (False, True)):
        server = server_for(one, host) if is_tls else None
        way = way_of(one, host, path, server) if server or not is_tls else None
        taken = way and (way.ingress.namespace, way.view.data["backend"])
        found[host, path, is_tls] = taken, server and server.view.text("secretName")
    return found


def server_for(one: Mesh, host: str) -> IngressServer | None:
    """Find the server that opens TLS for a host: that of the closest name."""
    servers = [server for server in one.gateways.ingress_routes.servers if server.rival is None]
    named = [
        (len(name), server) for server in servers for name in server.hosts if covers(name, host)
    ]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def way_of(one: Mesh, host: str, path: str, server: IngressServer | None) -> IngressPath | None:
    """Find the path that takes a request, at port 80 or at a server; ``None`` for 404."""
    routes = one.gateways.ingress_routes
    owners = [
        name for name, owner in routes.owners.items() if server is None or owner is server.ingress
    ]
    closest = max((name for name in owners if covers(name, host)), key=len, default="")
    return next((one for one in routes.hosts.get(closest, ()) if takes(one, path)), None)


def takes(one: IngressPath, path: str) -> bool:
    """Does a path take that of a request? A prefix ends with a segment."""
    prefix = one.text.removesuffix("/")
    return path == one.text if one.is_exact else path == prefix or path.startswith(f"{prefix}/")


KIND = Kind(GROUND, answers, ("resource",))


backends = strategies.sampled_from([
    {"service": {"port": {"number": 80}}}, {"service": {"port": {"number": 80}}},
    {"service": {"port": {"name": "p80"}}}, {"service": {"port": {"name": "gone"}}},
    {"resource": {"kind": "Bucket", "name": "b"}},
])  # fmt: skip
paths = strategies.builds(
    lambda path, kind, to: {"path": path, "pathType": kind, "backend": to},
    strategies.sampled_from(PATHS),
    strategies.sampled_from(["Exact", "Prefix", "Prefix", "ImplementationSpecific"]),
    backends,
)


def named(path: Any, name: str) -> Any:
    """Name the Service that a path leads to."""
    to = path["backend"]
    return (
        path
        if "resource" in to
        else {**path, "backend": {"service": {"name": name, **to["service"]}}}
    )


@strategies.composite
def ingresses(draw: Any, number: int) -> Any:
    host = strategies.sampled_from([*HOSTS, "*.test", ""])
    rules = []
    for n, name in enumerate(draw(strategies.lists(host, min_size=1, max_size=2, unique=True))):
        written = draw(strategies.lists(paths, max_size=2, unique_by=str))
        several = [named(path, f"to-{number}-{2 * n + at}") for at, path in enumerate(written)]
        rules.append(
            ({"host": name} if name else {}) | ({"http": {"paths": several}} if several else {})
        )
    spec: dict[str, Any] = {"ingressClassName": "istio", "rules": rules}
    hosts = strategies.lists(
        strategies.sampled_from([*HOSTS, "*.test"]), min_size=1, max_size=2, unique=True
    )
    secret = strategies.sampled_from([f"cert-{number}", f"cert-{number}", ""])
    tls = strategies.builds(
        lambda names, name: {"hosts": names, **({"secretName": name} if name else {})},
        hosts,
        secret,
    )
    several = draw(strategies.lists(tls, max_size=1))
    spec |= {"tls": several} if several else {}
    if draw(strategies.booleans()):
        spec["defaultBackend"] = {"service": {"name": "to-0", "port": {"number": 80}}}
    metadata = {
        "name": f"i{number}", "namespace": draw(strategies.sampled_from(HOMES)),
        "creationTimestamp": f"2026-01-01T00:00:{draw(strategies.integers(0, 9)):02}Z",
    }  # fmt: skip
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": spec,
    }


def clauses(manifests: Any) -> Iterator[Clause]:
    """Default backends, rules, paths, entries of tls and their hosts."""
    for number, one in enumerate(manifests):
        if "defaultBackend" in one["spec"]:
            yield Clause(number, ("spec", "defaultBackend"))
    for number, path, _ in entries(manifests, "spec", "rules"):
        yield Clause(number, path)
        several = manifests[number]["spec"]["rules"][path[-1]].get("http", {}).get("paths", ())
        for at in range(len(several) if len(several) > 1 else 0):
            yield Clause(number, (*path, "http", "paths", at))
    for number, path, _ in entries(manifests, "spec", "tls"):
        yield Clause(number, path)


@settings(max_examples=150)
@given(some_of(ingresses, 2))
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    one = Example(KIND, manifests)
    every = list(clauses(manifests))
    for clause in every:
        if not one.is_complained_about(clause):
            assert one.differs(clause) or one.has_twin(clause, every)


def dead_part(said: Said) -> Clause:
    """The path, rule or entry that a finding is about."""
    number, path = said.clause
    return Clause(number, path[:6] if "paths" in path else path[:3])


@settings(max_examples=150)
@given(some_of(ingresses, 3))
def test_what_is_called_dead_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule in DEAD:
            assert not one.differs(dead_part(said))


@settings(max_examples=150)
@given(some_of(ingresses, 2))
def test_a_host_whose_routes_are_elsewhere_answers_nobody(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        text = said.finding.message
        if said.rule == "resource/ingress-tls-without-routes" and text.startswith("https://"):
            host = text.removeprefix("https://").partition(" ")[0]
            assert not any(
                way
                for (name, _, is_tls), (way, _) in one.answers.items()
                if is_tls and name == host
            )
