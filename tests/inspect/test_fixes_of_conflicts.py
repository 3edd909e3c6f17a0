"""What tls-check proposes for a conflict ends that conflict, in random meshes."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.tls.failures import failures, rule_of
from meshctl.inspect.tls.rows import TlsRow
from meshctl.mesh.security.tls_connection import ServerMode
from meshctl.resources import Ref
from tests.mesh.test_properties_of_truth import GROUND, policies, read, rules, thing

Objects = list[dict[str, Any]]
SOME = {"min_size": 1, "max_size": 4}
HEADLESS = "peer-authentication/plaintext-port-of-headless-service"
BELOW = "peer-authentication/strict-below-disable"


@st.composite
def objects(draw: st.DrawFn) -> Objects:
    made = draw(
        st.permutations(draw(st.lists(rules(), **SOME)) + draw(st.lists(policies(), **SOME)))
    )
    aged = [
        thing(kind, home, f"o{at}", spec, creationTimestamp=f"2026-01-01T00:00:{at:02}Z")
        for at, (kind, home, spec) in enumerate(made)
    ]
    return [*GROUND, *aged]


def conflicts(given: Objects) -> dict[tuple[object, ...], TlsRow]:
    rows = (row for row in TlsCheck(read(given)).found(TlsFilter()) if row.data.is_conflict)
    keys = ("client", "host", "port", "subset", "server", "server_port")
    return {tuple(getattr(row.data, key) for key in keys): row for row in rows}


def changed(given: Objects, place: Ref, *path: str | int, mode: str) -> Objects:
    """The objects with one mode changed."""
    new, meant = deepcopy(given), place.resource
    node: Any = next(
        one for one in new
        if (one["kind"], one["metadata"]["name"]) == (meant.kind, meant.name)
        and one["metadata"]["namespace"] == meant.namespace
    )  # fmt: skip
    for key in path:
        node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
    node["mode"] = mode
    return new


def as_client(given: Objects, row: TlsRow) -> Objects:
    """Send what the server takes, by the policy or the port's entry that decides."""
    place = row.connection.rule_place
    assert place is not None
    path = list(place.path)
    entry = path[: path.index("tls" if "tls" in path else "port")]
    is_plain = row.connection.mode in {ServerMode.DISABLE, ServerMode.NONE}
    return changed(given, place, *entry, "tls", mode="DISABLE" if is_plain else "ISTIO_MUTUAL")


def permissive(given: Objects, place: Ref | None) -> Objects:
    """Take both at the place that decides for the server."""
    assert place is not None
    return changed(given, place, *place.path[: place.path.index("mode")], mode="PERMISSIVE")


def fixed(given: Objects, row: TlsRow) -> list[Objects]:
    """Do what the fix says, in each way that it names."""
    connection, rule = row.connection, rule_of(row.connection)
    server = connection.server
    demand = server.demand.ref if server is not None and server.demand is not None else None
    ways = []
    if rule.startswith("destination-rule/"):
        ways.append(as_client(given, row))
    if rule == BELOW:
        ways.append(permissive(given, connection.upstream.ref))
    elif rule == HEADLESS or (demand is not None and "simple-tls" not in rule):
        ways.append(permissive(given, demand))
    return ways


@settings(max_examples=150)
@given(given=objects())
def test_a_fix_ends_the_conflict(given: Objects) -> None:
    found = conflicts(given)
    first = {id(one.row): one.row for one in failures((row, 1) for row in found.values())}
    for key, row in found.items():
        if id(row) in first:
            ways = fixed(given, row)
            assert ways
            for way in ways:
                assert key not in conflicts(way), rule_of(row.connection)
