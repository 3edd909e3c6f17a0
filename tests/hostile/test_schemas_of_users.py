"""Schemas that users bring are checked before anything relies on them."""

import json
from pathlib import Path
from typing import Any

import every_command
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.validation import json_schema, metaschema
from meshctl.validation.crds import read_crds
from meshctl.validation.metaschema import crd_faults, quick_crd_faults

OBJECT = "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: x}\nspec: {a: b, c: [1]}\n"


def crd(part: Any = None, **spec: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"spec": part if part is not None else {"type": "object"}},
    }
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": "Foo", "plural": "foos"}
    whole = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "foos.example.com"}, "spec": {**whole, **spec},
    }  # fmt: skip


LIST = {"apiVersion": "v1", "kind": "List"}
KEYWORDS = [
    "type", "properties", "items", "required", "enum", "pattern", "minLength", "maxItems", "minimum",
    "exclusiveMaximum", "multipleOf", "oneOf", "anyOf", "allOf", "not", "additionalProperties",
    "nullable", "x-kubernetes-int-or-string", "x-kubernetes-validations", "format",
]  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2), st.just("("), st.just([{}]),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYWORDS), ODD, max_size=4))
def test_odd_keywords_are_refused_or_harmless(tmp_path_factory, part: dict[str, Any]) -> None:
    directory = tmp_path_factory.mktemp("crd")
    (directory / "crd.json").write_text(json.dumps(crd(part)))
    (directory / "a.yaml").write_text(OBJECT)
    done = every_command.run(
        "validate", str(directory / "a.yaml"), "--crds", str(directory / "crd.json")
    )
    assert done.code in {0, 1, 2}
    assert "defect" not in done.err
    assert "crashed" not in done.out
    if done.code == 2:
        assert 1 == done.err.count("\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (crd({"type": 5}), "spec.versions.0.schema.openAPIV3Schema.properties.spec.type: this is 5"),
        (crd({"$ref": "#/x"}), 'there is no field "$ref" here'),
        (crd({"propertys": {}}), "did you mean properties?"),
        (crd({"maxLength": 10**30}), "at most 9223372036854775807"),
        (crd({"additionalProperties": "no"}), 'this is "no", but true or false'),
        (crd({"properties": []}), "this is a list, but a mapping is taken"),
        (crd({"x-kubernetes-list-type": "bag"}), '"set"'),
        (crd(scope="World"), "spec.scope"),
        ({**LIST, "items": [{**LIST, "items": [crd({"type": 5})]}]}, "spec.type: this is 5"),
        (crd({"pattern": "("}), "this pattern is no RE2"),
        (crd({"required": "a"}), 'this is "a", but a list is taken'),
        (crd(versions=[]), "spec.versions"),
        (crd(versions={}), "spec.versions: this is a mapping, but a list is taken"),
        (crd(names={}), "spec.names: kind is missing"),
        (crd(names={"kind": "../x", "plural": "x"}), 'spec.names.kind: this is "../x"; it has to be of the form'),
        (crd(group=None), "spec.group"),
        ({"kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1"}, "spec is missing"),
    ],
)  # fmt: skip
def test_a_malformed_crd_is_one_sentence(wrong, said: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("crd.json").write_text(json.dumps(wrong))
    Path("a.yaml").write_text(OBJECT)
    for line in (["validate", "a.yaml"], ["schema", "Foo"], ["schema", "sync", "-d", "out"]):
        done = every_command.run(*line, "--crds", "crd.json")
        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert said in done.err
    assert not Path("out").exists()


def test_a_good_crd_has_no_mistakes() -> None:
    part = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^a+$"}}}
    assert [] == list(crd_faults(crd(part)))
    assert [] == list(crd_faults(crd({"type": "object", "x-owner": "depot"})))


WRITTEN = ODD.filter(lambda value: value is not None)


@given(st.dictionaries(st.sampled_from(KEYWORDS), WRITTEN, max_size=4))
def test_the_checker_of_manifests_agrees_with_jsonschema(part: dict[str, Any]) -> None:
    assert bool(list(crd_faults(crd(part)))) is bool(list(quick_crd_faults(crd(part))))


def test_jsonschema_checks_versions_of_one_body_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Any] = []
    monkeypatch.setattr(json_schema, "metaschema_faults", lambda one: checked.append(one) or ())
    monkeypatch.setattr(metaschema, "crd_faults", lambda _: pytest.fail("nothing is wrong"))
    [version] = crd()["spec"]["versions"]
    several = [version | {"name": name} for name in ("v1", "v1beta1", "v1alpha1")]
    file = tmp_path / "crd.json"
    file.write_text(json.dumps(crd(versions=several)))
    assert (3, 1) == (len(read_crds(str(file))), len(checked))
