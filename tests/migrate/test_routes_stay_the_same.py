"""What is moved strictly treats every request as before, by the model of both sides."""

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshctl.inspect.migration.answer import migrate_files
from meshctl.migrate.migration import GATEWAY_API
from meshctl.migrate.results import Target
from meshctl.settings import Settings

MESH = (Path(__file__).parent / "cases/gateway_api_order/input.yaml").read_text()
BASE = MESH.partition("---\napiVersion: networking.istio.io/v1\nkind: VirtualService")[0]
URIS = st.one_of(
    st.just({}),
    st.tuples(
        st.sampled_from(("exact", "prefix")),
        st.sampled_from(("/", "/a", "/a/", "/a/b", "/a.b")),
    ).map(lambda one: {"uri": {one[0]: one[1]}}),
    st.sampled_from(("/a/.*", "/[0-9]+")).map(lambda one: {"uri": {"regex": one}}),
)
HEADERS = st.sampled_from(({}, {"headers": {"x-a": {"exact": "1"}}}, {"headers": {"x-b": {}}}))
METHODS = st.sampled_from(({}, {"method": {"exact": "GET"}}, {"method": {"regex": "GET|POST"}}))
MATCHES = st.tuples(URIS, HEADERS, METHODS).map(lambda parts: {**parts[0], **parts[1], **parts[2]})
ACTIONS = st.sampled_from((
    {"route": [{"destination": {"host": "old"}}]},
    {"route": [{"destination": {"host": "new"}}], "timeout": "2s"},
    {"redirect": {"uri": "/z", "redirectCode": 302}},
    {"route": [{"destination": {"host": "old"}, "weight": 0},
               {"destination": {"host": "new"}, "weight": 100}]},
))  # fmt: skip
RULES = st.tuples(st.lists(MATCHES, max_size=3), ACTIONS).map(
    lambda one: {**({"match": one[0]} if one[0] else {}), **one[1]}
)


def service(rules: list[dict[str, Any]]) -> str:
    return json.dumps({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": "any", "namespace": "harbour"},
        "spec": {"hosts": ["any.example.com"], "gateways": ["istio-system/web"], "http": rules},
    })  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=st.lists(RULES, min_size=1, max_size=4))
def test_any_rules(tmp_path: Path, rules: list[dict[str, Any]]) -> None:
    (tmp_path / "mesh.yaml").write_text(f"{BASE}---\n{service(rules)}\n")
    found = migrate_files([str(tmp_path)], Settings(), Target(GATEWAY_API, is_strict=True))
    assert found.comparison is not None
    differing = [
        (one.request.title, one.was.summary, one.now.summary)
        for one in found.comparison.changes.routes
    ]
    assert differing == []
