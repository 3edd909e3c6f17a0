"""A value or an entry that is called dead never has an effect, and one that isn't has some.

For paths, methods and principals of AuthorizationPolicies: one that no rule complains about admits the
request that is made for it; one that is called dead admits no request at all. For entries of
``portLevelSettings``: what a client sends changes by those alone that are for a port of the host.
"""

from itertools import product

from gateway_meshes import mesh, pods, service, thing
from hypothesis import given, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.resources import AuthorizationPolicy, DestinationRule
from meshctl.rules.api import Finding
from meshctl.rules.authorization_policy import (
    method_never_sent,
    principal_never_matches,
    value_never_sent,
    wildcard_read_as_text,
)
from meshctl.rules.destination_rule import port_not_found

CLIENT = "cluster.local/ns/shop/sa/pages"
PATHS = ("/", "/a", "/a/", "/a/b", "/a/x/b", "/b.css", "/x", "/x/y")
METHODS = ("GET", "POST", "DELETE")
REQUESTS = [
    Arrival(8080, CLIENT, http=HttpRequest("tea", method, path))
    for path, method in product(PATHS, METHODS)
]
FILLED = (("{**}", "x/y"), ("{*}", "x"))


def policy(**rule) -> Mesh:
    labels = {"app": "tea", "sidecar.istio.io/inject": "true"}
    spec = {"selector": {"matchLabels": {"app": "tea"}}, "rules": [rule]}
    return mesh(
        pods("shop/tea", labels),
        thing("AuthorizationPolicy", "shop/p", spec, group="security.istio.io/v1"),
        is_whole=True,
    )


def is_admitted(one: Mesh, arrival: Arrival) -> bool:
    (workload,) = one.workloads
    return one.decisions.decide(workload, arrival).is_allowed


def is_called_dead(one: Mesh, *rules) -> bool:
    (judged,) = one.of(AuthorizationPolicy)
    found = [finding for rule in rules for finding in rule.check.check(judged, one)]
    return any(isinstance(finding, Finding) for finding in found)


def meant_by(pattern: str) -> str:
    """A path that a pattern takes, if it takes any."""
    for template, text in FILLED:
        pattern = pattern.replace(template, text)
    if pattern == "*":
        return "/x"
    if pattern.startswith("*"):
        return "/x" + pattern[1:]
    return pattern[:-1] + "x" if pattern.endswith("*") else pattern


pieces = strategies.sampled_from(["/", "a", "b", "*", "{*}", "{**}", ".css", "?x=1", "%2F"])
patterns = strategies.lists(pieces, min_size=1, max_size=4).map("".join)
methods = strategies.sampled_from(["GET", "get", "P*", "*", "*T", "GET,POST", "POST ", "Delete"])
principals = strategies.sampled_from(
    [CLIENT, "spiffe://" + CLIENT, "*/sa/pages", "cluster.local/*", "shop/pages", "*", "pages"]
)


@given(patterns)
def test_a_path_admits_what_it_is_written_for(pattern: str) -> None:
    one = policy(to=[{"operation": {"paths": [pattern]}}])
    if is_called_dead(one, value_never_sent, wildcard_read_as_text):
        assert not any(is_admitted(one, arrival) for arrival in REQUESTS)
    elif "{" not in pattern:
        asked = Arrival(8080, CLIENT, http=HttpRequest("tea", "GET", meant_by(pattern)))
        assert is_admitted(one, asked)


@given(methods)
def test_a_method_admits_requests(method: str) -> None:
    one = policy(to=[{"operation": {"methods": [method]}}])
    admitted = any(is_admitted(one, arrival) for arrival in REQUESTS)
    assert admitted is not is_called_dead(one, method_never_sent)


@given(principals)
def test_a_principal_admits_its_client(principal: str) -> None:
    one = policy(**{"from": [{"source": {"principals": [principal]}}]})
    admitted = any(is_admitted(one, arrival) for arrival in REQUESTS)
    assert admitted is not is_called_dead(one, principal_never_matches)


modes = strategies.sampled_from(["", "DISABLE", "SIMPLE", "ISTIO_MUTUAL"])
entries = strategies.lists(
    strategies.tuples(strategies.sampled_from([80, 443, 8080, 9000]), modes), max_size=4
)


def ruled(whole: str, written: list[tuple[int, str]]) -> Mesh:
    ports = [
        {"port": {"number": number}, **({"tls": {"mode": mode}} if mode else {})}
        for number, mode in written
    ]
    policy_of_host = {"portLevelSettings": ports, **({"tls": {"mode": whole}} if whole else {})}
    return mesh(
        pods("shop/pages", {"app": "pages", "sidecar.istio.io/inject": "true"}),
        pods("shop/tea", {"app": "tea", "sidecar.istio.io/inject": "true"}),
        service("shop/tea", ((80, 8080), (443, 8443)), {"app": "tea"}),
        thing("DestinationRule", "shop/tea", {"host": "tea", "trafficPolicy": policy_of_host}),
        is_whole=True,
    )


def sent(one: Mesh) -> list[tuple[object, ...]]:
    """What each client sends to each port."""
    return [
        (workload.name, upstream.port.number, upstream.tls, upstream.sni)
        for workload in one.workloads
        for host in one.registry
        for upstream in one.security.mtls.upstreams(one.security.mtls.client(workload), host)
    ]


@given(modes, entries)
def test_an_entry_for_a_port_has_an_effect(whole: str, written: list[tuple[int, str]]) -> None:
    one = ruled(whole, written)
    (judged,) = one.of(DestinationRule)
    findings = port_not_found.check.check(judged, one)
    dead = {found.ref.path[3] for found in findings if isinstance(found, Finding)}
    for index, (number, mode) in enumerate(written):
        changes = sent(one) != sent(ruled(whole, written[:index] + written[index + 1 :]))
        if index in dead:
            assert not changes
        elif number not in [before for before, _ in written[:index]]:
            later = [other for other, _ in written[index + 1 :]]
            assert changes or number in later or mode == whole or "DISABLE" in {mode, whole}
