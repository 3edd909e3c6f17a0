"""Can an editor use the files below ``schemas/istio``?"""

import json
from pathlib import Path

import pytest
import yaml

from meshctl.errors import UsageError
from meshctl.istio.api_versions import SERVED_VERSIONS
from meshctl.validation.convert import files
from meshctl.validation.descriptions import describe
from meshctl.validation.schemas import IDENTITY, Schemas, identity

FOLDER = Path(__file__).parents[2] / "schemas" / "istio"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_files_are_json_schema(file) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(file.read_text())
    Draft202012Validator.check_schema(schema)
    group, version, kind = identity(schema)
    assert f"{kind}_{version}" == file.stem
    assert f"{group}/{version}" == schema["properties"]["apiVersion"]["const"]
    assert schema["description"] == describe((kind,)) != ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_references_lead_somewhere(file) -> None:
    def references(part):
        if isinstance(part, dict):
            yield from ([part["$ref"]] if "$ref" in part else [])
            part = list(part.values())
        for inner in part if isinstance(part, list) else []:
            yield from references(inner)

    for reference in references(json.loads(file.read_text())):
        name, _, path = reference.partition("#")
        target = json.loads((FOLDER / name if name else file).read_text())
        for step in path.strip("/").split("/"):
            target = target[step]


@pytest.mark.parametrize("kind", SERVED_VERSIONS, ids=lambda kind: kind[1])
def test_every_served_version_has_a_schema(kind) -> None:
    if kind[1] != "IstioOperator":  # it is read by istioctl, never by the API server
        assert [] == [
            item for item in SERVED_VERSIONS[kind] if not Schemas().find(kind[0], item, kind[1])
        ]


def test_short_forms_are_whole_when_read() -> None:
    first, short = (
        Schemas().find("networking.istio.io", version, "Sidecar") for version in ("v1", "v1beta1")
    )
    assert first["properties"]["spec"] == short["properties"]["spec"]
    assert "networking.istio.io/v1beta1" == short["properties"]["apiVersion"]["const"]
    assert "v1beta1" == short[IDENTITY][0]["version"]


def test_kinds_of_other_groups_carry_their_group() -> None:
    crd = yaml.safe_load(
        "spec: {group: example.com, names: {kind: Gateway}, versions: [{name: v1, served: true}]}"
    )
    assert ["Gateway.example.com_v1.json"] == [name for name, _ in files([crd])]


def test_kinds_are_found_by_name() -> None:
    assert "DestinationRule" in Schemas().by_name("destinationrule")["title"]
    assert "v1alpha3" in Schemas().by_name("Gateway", "v1alpha3")["title"]
    with pytest.raises(UsageError, match="did you mean Gateway"):
        Schemas().by_name("Gatway")
    with pytest.raises(UsageError, match="no version v2; it has v1, v1beta1, v1alpha3"):
        Schemas().by_name("Gateway", "v2")


def test_the_nearest_description_wins() -> None:
    assert describe(("Gateway", "selector")) != describe(("Sidecar", "selector")) != ""
    assert "" == describe(("Gateway", "nobody", "knows"))


def test_a_kind_too_long_for_a_file_name_is_unknown() -> None:
    assert Schemas().find("networking.istio.io", "v1", "A" * 300) is None
