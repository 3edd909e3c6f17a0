"""A patch of a gateway's routes that is called lost finds nothing, and one that nothing is said of finds something.

Random patches for the route tables of a gateway with servers for HTTP and HTTPS. What is asked is what each patch
finds: tables, virtual hosts and routes. A field that is called unread finds the same when it isn't there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from clause_effects import Clause, Example, Kind
from gateway_meshes import LABELS, gateway, pods, route, routes_for, server
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.clauses.patches.patched_routes import MissingRoute
from meshctl.mesh.workloads.envoy_patches import is_ignored, is_never_applied, names_no_filter
from meshctl.resources import EnvoyFilter

TLS = {"mode": "SIMPLE", "credentialName": "one"}
GROUND = (
    pods(containers=[{"name": "istio-proxy"}]), pods("shop/other", {"app": "other"}, containers=[{"name": "istio-proxy"}]),
    gateway("shop/web", server(80, "HTTP", "tea.test", "milk.test"), server(443, "HTTPS", "tea.test", **TLS)),
    routes_for("shop/tea", ["tea.test"], ["web"], route("tea"), route("rest")),
    routes_for("shop/milk", ["milk.test"], ["web"], route("milk")),
)  # fmt: skip
TABLES = ("http.80", "http.8080", "https.443.p443.web.shop")
HOSTS = ("tea.test:80", "tea.test:443", "milk.test:80", "milk.test", "leaf.test:80")
READING = {
    "ROUTE_CONFIGURATION": ["MERGE", "MERGE_AND_REPLACE_LIST"],
    "VIRTUAL_HOST": ["MERGE", "REMOVE", "REPLACE", "ADD", "INSERT_FIRST"],
    "HTTP_ROUTE": ["MERGE", "REMOVE", "ADD", "INSERT_FIRST", "INSERT_BEFORE"],
}
LOST = {"envoy-filter/route-never-there", "envoy-filter/context-without-proxy"}
UNREAD = "envoy-filter/match-not-read"


def answers(one: Mesh) -> list[Any]:
    """What each patch finds; a route counts where routes are patched, a virtual host where those are."""
    return [
        found_by(one, envoy_filter, patch)
        for envoy_filter in one.of(EnvoyFilter)
        for patch in envoy_filter.patches
    ]


def found_by(one: Mesh, envoy_filter: EnvoyFilter, patch: Any) -> set[Any]:
    if is_ignored(patch) or is_never_applied(patch) or patch.context.startswith("SIDECAR"):
        return set()
    found = one.clauses.patched_routes.narrowed(envoy_filter, patch)
    depth = {"ROUTE_CONFIGURATION": 2, "VIRTUAL_HOST": 3}.get(patch.apply_to, 4)
    return set() if isinstance(found, MissingRoute) else {tuple(each[:depth]) for each in found}


KIND = Kind(GROUND, answers, ("envoy_filter",))


def some(**parts: Any) -> Any:
    return strategies.fixed_dictionaries({}, optional=parts)


def of(*several: Any) -> Any:
    return strategies.sampled_from(several)


asked = some(
    name=of(*TABLES), portName=of("p443", "p80"), gateway=of("shop/web", "shop/attic"),
    vhost=some(name=of(*HOSTS), route=some(name=of("tea", "rest", "milk", "leaf"))),
)  # fmt: skip


@strategies.composite
def patches(draw: Any) -> dict[str, Any]:
    kind = draw(of(*READING))
    match = {
        "context": draw(of("GATEWAY", "GATEWAY", "SIDECAR_OUTBOUND")),
        "routeConfiguration": draw(asked),
    }
    patch = {"operation": draw(of(*READING[kind])), "value": {"name": "more"}}
    return {"applyTo": kind, "match": match, "patch": patch}


@strategies.composite
def filters(draw: Any) -> Example:
    labels = draw(of(LABELS, LABELS, {"app": "other"}))
    spec = {
        "priority": 10, "workloadSelector": {"labels": labels},
        "configPatches": draw(strategies.lists(patches(), min_size=1, max_size=2)),
    }  # fmt: skip
    return Example(KIND, [manifest("istio-system", spec)])


def manifest(home: str, spec: dict[str, Any]) -> Any:
    group = "networking.istio.io/v1alpha3"
    metadata = {"name": "e", "namespace": home}
    return {"apiVersion": group, "kind": "EnvoyFilter", "metadata": metadata, "spec": spec}


def each_patch(one: Example) -> Iterator[tuple[Clause, set[Any]]]:
    for number, found in enumerate(one.answers):
        yield Clause(0, ("spec", "configPatches", number)), found


@settings(max_examples=100)
@given(filters())
def test_a_patch_that_is_called_lost_finds_nothing(one) -> None:
    for clause, found in each_patch(one):
        said = {each.rule for each in one.said if each.clause.path[:3] == clause.path}
        assert not (said & LOST and found)


@settings(max_examples=100)
@given(filters())
def test_a_patch_that_nothing_is_said_of_finds_something(one) -> None:
    """A gateway that serves nothing yet has no names that could be missing."""
    is_served = "app" not in one.manifests[0]["spec"]["workloadSelector"]["labels"]
    for clause, found in each_patch(one):
        said = {each.rule for each in one.said if each.clause.path[:3] == clause.path}
        assert found or said & LOST or not is_served


@settings(max_examples=100)
@given(filters())
def test_a_field_that_is_called_unread_finds_the_same_without(one) -> None:
    for said in one.said:
        if said.rule == UNREAD:
            assert one.answers == one.without(said.clause).answers


@pytest.mark.parametrize(
    ("kind", "operation", "is_lost"),
    [
        ("HTTP_ROUTE", "ADD", False), ("HTTP_ROUTE", "REMOVE", False), ("HTTP_ROUTE", "REPLACE", True),
        ("ROUTE_CONFIGURATION", "INSERT_FIRST", True), ("ROUTE_CONFIGURATION", "REMOVE", True),
        ("LISTENER_FILTER", "REPLACE", True), ("HTTP_FILTER", "REMOVE", True), ("HTTP_FILTER", "MERGE", False),
        ("HTTP_FILTER", "MERGE_AND_REPLACE_LIST", True), ("CLUSTER", "MERGE_AND_REPLACE_LIST", False),
        ("CLUSTER", "INSERT_AFTER", False), ("BOOTSTRAP", "MERGE", True), ("EXTENSION_CONFIG", "MERGE", True),
    ],
)  # fmt: skip
def test_an_operation_is_applied_or_complained_about(kind, operation, is_lost) -> None:
    """Nothing is matched, so that all objects of the kind are found, but no filter by its name."""
    patch = {"applyTo": kind, "patch": {"operation": operation, "value": {"name": "more"}}}
    spec = {"priority": 10, "workloadSelector": {"labels": LABELS}, "configPatches": [patch]}
    one = Example(KIND, [manifest("istio-system", spec)])
    (written,) = next(iter(one.mesh.of(EnvoyFilter))).patches
    assert is_lost is (is_ignored(written) or is_never_applied(written) or names_no_filter(written))
    ignored = {"add-ignored", "merge-ignored", "remove-ignored", "replace-ignored"}
    ignored |= {"filter-not-named", "never-applied"}
    assert is_lost is any(said.rule.partition("/")[2] in ignored for said in one.said)
