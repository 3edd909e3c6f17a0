"""Do the live commands say of a recorded cluster what istioctl and istiod said?"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import ApiServer
from istiod import Istiod
from jsonpatch import JsonPatch
from typer.testing import CliRunner

from meshctl.cli.app import app
from meshctl.inject.go_types.kubernetes_types import read

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/cluster"
MESSAGE = re.compile(r"\w+ \[(?P<code>IST\d+)\] \((?P<object>[^)]*)\) (?P<text>.*)")

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded cluster is not in {DATA}: nothing was compared"
)


@pytest.fixture
def recorded(api_server: ApiServer) -> ApiServer:
    for file in sorted((DATA / "api").glob("*.json")):
        answer = json.loads(file.read_text())
        if "items" in answer:
            api_server.add(answer)
    return api_server


def analyzed(server: ApiServer, *arguments: str) -> tuple[int, dict[str, Any], str]:
    command = ["analyze", "--cluster", "--kubeconfig", str(server.kubeconfig), "-o", "json"]
    result = CliRunner().invoke(app, [*command, *arguments])
    assert result.stdout, (result.stderr, result.exception)
    return result.exit_code, json.loads(result.stdout), result.stderr


def title(resource: dict[str, str]) -> str:
    home = f"{resource['namespace']}/" if resource["namespace"] else ""
    return f"{resource['kind']} {home}{resource['name']}"


def words(message: str) -> set[str]:
    return set(re.findall(r"[\w-]+", message))


def test_every_message_of_istioctl_has_a_finding(recorded: ApiServer) -> None:
    code, report, errors = analyzed(recorded)
    assert (0, "") == (code, errors)
    text = (DATA / "istioctl/analyze-A.txt").read_text()
    messages = [match for line in text.splitlines() if (match := MESSAGE.match(line))]
    assert 3 == len(messages)
    missing = [
        message[0]
        for message in messages
        if not any(
            message["code"] in found["equivalents"]
            and message["object"] == title(found["resource"])
            and (
                found["resource"]["kind"] == "Namespace"
                or _subset(message) in words(found["message"])
            )
            for found in report["findings"]
        )
    ]
    print(  # noqa: T201 - the agreement is what one runs this for
        f"{len(messages) - len(missing)} of {len(messages)} messages of istioctl are found"
    )
    assert [] == missing


def _subset(message: re.Match[str]) -> str:
    """Pick the subset that a message of istioctl names."""
    return re.search(r"Subset (\S+)", message["text"])[1]


def test_nothing_is_unread_that_is_there(recorded: ApiServer) -> None:
    _, report, _ = analyzed(recorded)
    assert 61 == report["summary"]["resources"]
    assert [] == report["not_checked"]


@pytest.mark.parametrize("source", ["--from-cluster", "--webhook"])
def test_a_pod_gets_what_the_recorded_istiod_gave_it(
    recorded: ApiServer, source: str, tmp_path: Path
) -> None:
    webhook = DATA / "webhook"
    pod = json.loads((webhook / "inject-request.json").read_text())["request"]["object"]
    answer = json.loads((webhook / "inject-response.json").read_text())["response"]
    istiod = Istiod(recorded, inject=lambda _: answer)
    _let_nobody_but(istiod, recorded)
    file = tmp_path / "pod.json"
    file.write_text(json.dumps(pod))
    command = ["kube-inject", "-f", str(file), source, "--kubeconfig", str(recorded.kubeconfig)]
    result = CliRunner().invoke(app, command)
    assert result.exception is None, result.exception
    patch = json.loads((webhook / "inject-response.patch.json").read_text())
    expected = read("Pod", JsonPatch(patch).apply(pod))
    assert expected == read("Pod", yaml.safe_load(result.stdout))


def _let_nobody_but(istiod: Istiod, server: ApiServer) -> None:
    """Have the recorded Service and webhook lead to an istiod of ours alone."""
    for pod in [*server.objects["", "pods"].values()]:
        name = pod["metadata"]["name"]
        if pod["metadata"]["labels"].get("app") == "istiod" and name != istiod.name:
            server.remove("v1", "Pod", istiod.namespace, name)
    group = "admissionregistration.k8s.io"
    for each_object in [*server.objects[group, "mutatingwebhookconfigurations"].values()]:
        for webhook in each_object["webhooks"]:
            webhook["clientConfig"]["caBundle"] = istiod.ca_bundle
