"""The schemas that editors bind judge as meshctl does, and say what goes."""

import json
from typing import Any

import pytest

from meshctl.output.schema_files import FOLDER, folder_schemas, form_names, form_schema


@pytest.fixture(scope="module")
def folder() -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    written = dict(folder_schemas())
    registry: Any = Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in written.items()
    )
    return Draft202012Validator(written[FOLDER], registry=registry)


def service(**spec: Any) -> dict[str, Any]:
    version = "networking.istio.io/v1"
    return {
        "apiVersion": version,
        "kind": "VirtualService",
        "metadata": {"name": "a"},
        "spec": spec,
    }


@pytest.mark.parametrize(
    ("data", "is_fine"),
    [
        (service(hosts=["a"]), True),
        (service(hots=["a"]), False),
        ({**service(hots=["a"]), "kind": "Widget"}, True),
        ({"name": "no object of Kubernetes"}, True),
        (None, True),
    ],
)
def test_one_schema_judges_a_folder_by_kind(folder: Any, data: Any, is_fine: bool) -> None:
    assert folder.is_valid(data) is is_fine


def test_deprecated_fields_and_annotations_are_marked() -> None:
    schema = dict(folder_schemas())["VirtualService_v1.json"]
    spec = schema["properties"]["spec"]["properties"]
    route = spec["http"]["items"]["properties"]
    marked = {name for name, part in route.items() if part.get("deprecated")}
    assert marked == {"mirrorPercent", "mirror_percent"}
    assert route["fault"]["properties"]["delay"]["properties"]["percent"]["deprecated"] is True
    assert "deprecated" not in route["timeout"]


def test_forms_of_ours_have_schemas() -> None:
    assert {"report", "config", "routes", "tls-check"} <= set(form_names())
    assert json.loads(form_schema("report") or "")["title"]
    assert form_schema("nothing") is None
