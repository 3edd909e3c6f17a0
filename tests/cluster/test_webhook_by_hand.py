"""``webhook test``: what the webhook would answer to files, for people and for programs."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # noqa: TID253 - the second opinion on our own schemas
import pytest
import yaml
from api_server import ApiServer
from test_webhook_serve import NAMESPACE, RULE, SERVICE, twin
from typer.testing import CliRunner

from meshctl.cli.app import app

SCHEMA = Path(__file__).parents[2] / "schemas/webhook-test-v1.json"
LOST = {
    "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
    "metadata": {"name": "lost", "namespace": "shop"},
    "spec": {"hosts": ["cart"], "http": [{"route": [{"destination": {"host": "nowhere"}}]}]},
}  # fmt: skip


@pytest.fixture
def shop(api_server: ApiServer) -> ApiServer:
    for one in (NAMESPACE, SERVICE, RULE):
        api_server.add(one)
    return api_server


def asked(
    server: ApiServer, folder: Path, *objects: dict[str, Any], output: str
) -> tuple[int, str]:
    file = folder / "new.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    access = ["--cluster", "--kubeconfig", server.kubeconfig, "-o", output]
    result = CliRunner().invoke(app, ["webhook", "test", str(file), *access])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.stdout


def test_json_says_each_answer_with_its_findings(shop: ApiServer, tmp_path: Path) -> None:
    code, out = asked(shop, tmp_path, LOST, twin(), RULE, output="json")
    answer = json.loads(out)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema)
    assert (1, False) == (code, answer["allowed"])
    lost, second, same = answer["objects"]
    assert ("VirtualService", "CREATE", True, "warned") == (
        lost["kind"], lost["operation"], lost["allowed"], lost["outcome"],
    )  # fmt: skip
    found = {one["rule"]: one for one in lost["findings"]}
    missing = found["virtual-service/destination-host-not-found"]
    assert not missing["would_hold_anyway"]
    assert "spec.http[0].route[0].destination.host" == missing["path"]
    assert ("refused", "error", True) == (
        second["outcome"], second["findings"][0]["severity"], second["findings"][0]["is_about_object"],
    )  # fmt: skip
    assert "destination-rule/duplicate-host" in second["message"]
    assert ("UPDATE", "skipped") == (same["operation"], same["outcome"])
    assert same["reason"]


def test_text_says_the_same(shop: ApiServer, tmp_path: Path) -> None:
    code, out = asked(shop, tmp_path, LOST, twin(), output="text")
    assert code == 1
    assert "VirtualService shop/lost: allowed, would be created" in out
    assert "DestinationRule shop/cart-again: refused, 1 finding" in out


def test_what_is_right_ends_well(shop: ApiServer, tmp_path: Path) -> None:
    code, out = asked(shop, tmp_path, RULE, output="json")
    assert (0, True) == (code, json.loads(out)["allowed"])
