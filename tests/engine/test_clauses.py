"""Every field of the schemas has a row that says what judges it, or why nothing does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import meshctl.validation.gateway_api
from meshctl.engine.catalog.clauses import clauses, judging
from meshctl.engine.catalog.gateway_api_clauses import GATEWAY
from meshctl.engine.registry import load_all
from meshctl.mesh import Mesh
from meshctl.validation.schemas import Schemas

_FILE = Path(meshctl.validation.gateway_api.__file__).with_name("schemas.json")
_SCHEMAS = json.loads(_FILE.read_text(encoding="utf-8"))
GATEWAY_API = {GATEWAY if kind == "Gateway" else kind: spec for kind, spec in _SCHEMAS.items()}
WITHOUT_SCHEMA = {"NetworkPolicy", "Ingress", "Canary", "Certificate", "Rollout", "MeshConfig"}
"""Kinds of Kubernetes and of other controllers, whose schemas aren't Istio's, and what a ConfigMap holds."""
KINDS = sorted({row.kind for row in clauses()} - WITHOUT_SCHEMA)


def fields(schema: dict[str, Any], prefix: str) -> Iterator[str]:
    """Walk the fields that have none below them."""
    for name, one in (schema.get("properties") or {}).items():
        path = f"{prefix}.{name}" + ("[]" if one.get("items") else "")
        inner = one.get("items") or one
        if inner.get("properties"):
            yield from fields(inner, path)
        else:
            yield path


def spec_of(kind: str) -> Any:
    """The schema of a spec: of one of Istio's kinds, or of the Gateway API's."""
    if kind in GATEWAY_API and kind != "Gateway":
        return GATEWAY_API[kind]
    return Schemas().by_name(kind)["properties"]["spec"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_row(kind) -> None:
    spec = spec_of(kind)
    assert [] == [field for field in fields(spec, "spec") if judging(kind, field) is None]


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_of_a_field_that_exists(kind) -> None:
    spec = spec_of(kind)
    known = {field.replace("[]", "") for field in fields(spec, "spec")}
    rows = [row.field.replace("[]", "") for row in clauses() if row.kind == kind]
    assert [] == [row for row in rows if not any(f"{one}.".startswith(f"{row}.") for one in known)]


def test_rows_name_rules_that_exist_or_a_reason() -> None:
    rules = {rule.id for rule in load_all()}
    assert [] == [name for row in clauses() for name in row.rules if name not in rules]
    assert [] == [row for row in clauses() if bool(row.rules) == bool(row.because)]
    assert [] == [row for row in clauses() if row.but_not and not row.rules]


def test_rows_name_questions_that_the_mesh_answers() -> None:
    for row in clauses():
        asked: Any = Mesh([])
        for part in row.question.split(".") if row.question else ():
            asked = getattr(asked, part)
