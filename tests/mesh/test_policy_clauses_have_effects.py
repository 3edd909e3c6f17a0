"""A value of a policy that no rule complains about is met by somebody, and one that is called dead by nobody.

Each value is all that an ALLOW rule asks for. Arrivals are those of the mesh that the policy is in: two clients with
a sidecar, one without, their addresses and the ports of the server.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from gateway_meshes import mesh, pods, service, thing
from hypothesis import given, settings, strategies

from meshctl.engine.registry import load_all
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Severity

DOMAIN = "cluster.local"
CLIENTS = {"shop/pages": "10.0.0.1", "stock/robot": "10.0.0.2", "": "10.0.0.3"}
PORTS = (8080, 9000)
HOSTS = ("tea", "tea.shop", "tea.shop.svc.cluster.local")
VALUES = {
    "namespaces": ("shop", "stock", "attic", "st*", "*ck"),
    "principals": (
        f"{DOMAIN}/ns/shop/sa/pages", f"{DOMAIN}/ns/shop/sa/nobody", "shop/pages", "*/sa/robot",
        f"{DOMAIN}/ns/attic/sa/pages",
    ),
    "ipBlocks": ("10.0.0.0/8", "10.0.0.1"),
    "ports": ("8080", "80", "9000", "90"),
    "methods": ("GET", "get", "P*", "POST,GET"),
    "hosts": ("tea.shop", "https://tea.shop", "tea.shop.svc.cluster.local", "milk.shop"),
    "paths": ("/a", "a", "/a?x=1", "/a*", "/*/a"),
}  # fmt: skip
CONDITIONS = {
    "source.namespace": ("shop", "attic"),
    "source.principal": (f"{DOMAIN}/ns/shop/sa/pages", f"{DOMAIN}/ns/attic/sa/pages"),
    "destination.port": ("8080", "80"),
    "source.ip": ("10.0.0.1",),
    "request.headers[x-user]": ("me",),
}
OF_SOURCE = ("namespaces", "principals", "ipBlocks")


def workload(name: str) -> Any:
    own = name.rpartition("/")[2]
    labels = {"app": own, "sidecar.istio.io/inject": "true"}
    return pods(name, labels, serviceAccountName=own)


def account(name: str) -> Any:
    return thing("ServiceAccount", name, None, group="v1")


GROUND = (
    thing("Namespace", "/shop", None, group="v1"), thing("Namespace", "/stock", None, group="v1"),
    thing("Namespace", "/istio-system", None, group="v1"),
    workload("shop/tea"), workload("shop/pages"), workload("stock/robot"),
    account("shop/tea"), account("shop/pages"), account("stock/robot"),
    service("shop/tea", ((80, 8080), (90, 9000)), {"app": "tea"}),
)  # fmt: skip


def given_rule(field: str, value: str) -> dict[str, Any]:
    if field in CONDITIONS:
        return {"when": [{"key": field, "values": [value]}]}
    if field in OF_SOURCE:
        return {"from": [{"source": {field: [value]}}]}
    return {"to": [{"operation": {field: [value]}}]}


def made(*rules: dict[str, Any]) -> Mesh:
    spec = {"selector": {"matchLabels": {"app": "tea"}}, "action": "ALLOW", "rules": [*rules]}
    policy = thing("AuthorizationPolicy", "shop/p", spec, group="security.istio.io/v1")
    return mesh(*GROUND, policy, is_whole=True)


def arrivals() -> Iterator[Arrival]:
    for (client, address), port, host in product(CLIENTS.items(), PORTS, HOSTS):
        home, _, name = client.partition("/")
        principal = f"{DOMAIN}/ns/{home}/sa/{name}" if client else None
        for method, path in (("GET", "/a"), ("POST", "/"), ("GET", "/b/a")):
            http = HttpRequest(host, method, path, {"x-user": "me"})
            yield Arrival(port, principal, source_ip=address, remote_ip=address, http=http)


def admitted(one: Mesh) -> list[bool]:
    tea = next(each for each in one.workloads if each.name == "tea")
    return [one.decisions.decide(tea, arrival).is_allowed for arrival in arrivals()]


def is_met(one: Mesh) -> bool:
    return any(admitted(one))


RULES = [rule for rule in load_all() if rule.id.startswith("authorization-policy/")]


def complaints(one: Mesh, field: str) -> list[Finding]:
    """What rules say of the value itself, or of a place inside its field."""
    (judged,) = one.of(AuthorizationPolicy)
    key = "values" if field in CONDITIONS else field
    return [
        found
        for rule in RULES
        for found in rule.check(judged, one)
        if isinstance(found, Finding) and key in found.ref.path
        if (found.severity or rule.severity) is not Severity.INFO
    ]


WRITTEN = [(field, value) for field, several in (VALUES | CONDITIONS).items() for value in several]


@pytest.mark.parametrize(("field", "value"), WRITTEN)
def test_a_value_is_met_or_complained_about(field: str, value: str) -> None:
    one = made(given_rule(field, value))
    assert is_met(one) is not bool(complaints(one, field))


@settings(max_examples=60)
@given(strategies.lists(strategies.sampled_from(WRITTEN), min_size=2, max_size=3, unique=True))
def test_a_value_that_is_called_dead_adds_nothing_to_others(drawn) -> None:
    """Each value has a rule of its own: without that of a dead one the same arrivals are let in."""
    rules = [given_rule(field, value) for field, value in drawn]
    before = admitted(made(*rules))
    for n, (field, value) in enumerate(drawn):
        if complaints(made(given_rule(field, value)), field):
            assert before == admitted(made(*rules[:n], *rules[n + 1 :]))
