"""What people see of the webhook: kubectl applies to an API server that asks it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import ApiServer
from pki import Authority
from test_webhook_serve import NAMESPACE, PATIENCE, RULE, SERVICE, serving, twin

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(
    KUBECTL is None, reason="there is no kubectl, so nobody looks at warnings as people see them"
)
LOST = {
    "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
    "metadata": {"name": "lost", "namespace": "shop"},
    "spec": {"hosts": ["cart"], "http": [{"route": [{"destination": {"host": "nowhere"}}]}]},
}  # fmt: skip


def kubectl(server: ApiServer, *words: str, given: Any = None) -> subprocess.CompletedProcess[str]:
    command = ["kubectl", "--kubeconfig", server.kubeconfig, *words]
    text = yaml.safe_dump(given) if given is not None else None
    return subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_kubectl_shows_warnings_and_refusals(api_server: ApiServer, tmp_path: Path) -> None:
    for one in (NAMESPACE, SERVICE, RULE):
        api_server.add(one)
    flags = ("--mode", "enforce", "--audit-every", "0")
    with serving(api_server, tmp_path, Authority(), *flags) as webhook:
        webhook.until_ready()
        api_server.webhook = lambda review: webhook.post(json.dumps(review).encode())
        create = ("create", "--validate=false", "-f", "-")

        warned = kubectl(api_server, *create, "--dry-run=server", given=LOST)
        assert 0 == warned.returncode, warned.stderr
        assert "Warning: virtual-service/destination-host-not-found: " in warned.stderr
        assert ("networking.istio.io", "virtualservices") not in api_server.objects

        strict = kubectl(api_server, *create, "--warnings-as-errors", given=LOST)
        assert 1 == strict.returncode
        assert " received" in strict.stderr

        refused = kubectl(api_server, *create, given=twin())
        assert 1 == refused.returncode
        assert 'admission webhook "mesh.meshctl.io" denied the request: 1 finding' in refused.stderr
        assert "\ndestination-rule/duplicate-host: " in refused.stderr

        gone = kubectl(api_server, "delete", "service", "cart", "-n", "shop", "--wait=false")
        assert 0 == gone.returncode, gone.stderr
        assert "Warning: " in gone.stderr
