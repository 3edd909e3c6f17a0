"""Is what is too long refused, and what is just short enough accepted?"""

import base64
from typing import Any

import pytest
from test_kinds import TABLES, answers, resource_of

from meshctl.resources import make_resource
from meshctl.sources.documents import Document
from meshctl.validation.webhook.kinds import check

KIB = 1024
LABEL = "subsets/0/labels"
BODY = "http/0/directResponse/body"
VERSION = "configPatches/0/match/proxy/proxyVersion"


def encoded(size: int) -> str:
    return base64.b64encode(b"a" * size).decode()


def answer(body: dict[str, str]) -> dict[str, Any]:
    return {"http/0": {"directResponse": {"status": 200, "body": body}}}


@pytest.mark.parametrize(
    ("kind", "changes", "refused", "warned"),
    [
        ("destination_rule", {LABEL: {f"{'a' * 63}": "b" * 63}}, {}, {}),
        (
            "destination_rule",
            {LABEL: {f"{'a' * 64}": "b"}},
            {f"{LABEL}/{'a' * 64}@": "the name"},
            {},
        ),
        ("destination_rule", {LABEL: {"a": "b" * 64}}, {f"{LABEL}/a": "cannot be the value"}, {}),
        (
            "destination_rule",
            {LABEL: {f"{'a' * 254}/b": "c"}},
            {f"{LABEL}/{'a' * 254}/b@": "the domain"},
            {},
        ),
        ("virtual_service", answer({"string": "a" * 100 * KIB}), {}, {}),
        ("virtual_service", answer({"string": "é" * 52 * KIB}), {}, {f"{BODY}/string": "burdens"}),
        ("virtual_service", answer({"bytes": encoded(100 * KIB)}), {}, {}),
        (
            "virtual_service",
            answer({"bytes": encoded(100 * KIB + 1)}),
            {},
            {f"{BODY}/bytes": "burd"},
        ),
        (
            "virtual_service",
            answer({"bytes": encoded(KIB * KIB)}),
            {},
            {f"{BODY}/bytes": "burdens"},
        ),
        (
            "virtual_service",
            answer({"string": "a" * (KIB * KIB + 1)}),
            {f"{BODY}/string": "1 MiB"},
            {},
        ),
        ("traffic_extension", {"lua/inlineCode": "é" * 32 * KIB}, {}, {}),
        ("traffic_extension", {"lua/inlineCode": "é" * 33 * KIB}, {"lua/inlineCode": "64 KiB"}, {}),
        ("envoy_filter", {VERSION: "(" * 1025}, {}, {VERSION: "is ignored", ".": "any upgrade"}),
        ("gateway", {"servers/0/hosts/0": f"{'a.' * 127}b"}, {}, {}),
        (
            "gateway",
            {"servers/0/hosts/0": f"{'a.' * 127}bc"},
            {"servers/0/hosts/0": "255 characters at most; this one has 256"},
            {},
        ),
    ],
)
def test_bounds(
    kind: str, changes: dict[str, Any], refused: dict[str, str], warned: dict[str, str]
) -> None:
    faults = list(check(resource_of(TABLES[kind], changes)))
    found = [[fault for fault in faults if fault.is_warning is kind] for kind in (False, True)]
    expected = warned or TABLES[kind].get("always", {})
    assert (refused, expected) == (answers(found[0], refused), answers(found[1], expected))


def test_other_kinds_are_not_asked_about() -> None:
    data = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"annotations": {"istio.io/dry-run": ""}},
    }
    assert [] == list(check(make_resource(Document("a", 1, "", data), data, (), "default")))
