"""What do the tests of ``proxy-status`` share? Proxies, istiods, and the command."""

import json
from typing import Any

from api_server import ApiServer
from istiod import Istiod
from typer.testing import CliRunner, Result

from meshctl.cli.app import app
from meshctl.errors import MeshctlError

PREFIX = "type.googleapis.com/envoy.config."
URLS = {"CDS": f"{PREFIX}cluster.v3.Cluster", "LDS": f"{PREFIX}listener.v3.Listener"}
NONCE = "2026-03-01T10:00:00Z/7d85a890b-3a15-452f-8f96-c911790bf065"
FORWARDS = "/api/v1/namespaces/istio-system/pods/{}/portforward"


def proxy(name: str, version: str = "1.31.0", **lds: str) -> dict[str, Any]:
    """A proxy in sync; what is given about its listeners may say otherwise."""
    in_sync = {"sent": NONCE, "acked": NONCE, "sentTime": "2026-03-01T10:00:01Z"}
    states = {URLS["CDS"]: in_sync, URLS["LDS"]: {**in_sync, **lds}}
    return {
        "cluster_id": "Kubernetes", "proxy": name, "proxy_type": "sidecar",
        "istio_version": version, "resources": states,
    }  # fmt: skip


def pod(name: str, namespace: str, **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    status = {"phase": "Running"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}, "status": status}


def meshctl(server: ApiServer | None, *words: str) -> Result:
    access = ["--kubeconfig", str(server.kubeconfig)] if server else []
    result = CliRunner().invoke(app, [*words, *access])
    assert result.exception is None or isinstance(result.exception, SystemExit | MeshctlError)
    return result


def refusal(server: ApiServer | None, *words: str) -> str:
    """What the command says when it could not be done."""
    result = meshctl(server, *words)
    assert isinstance(result.exception, MeshctlError), (result.output, result.exception)
    assert 2 == result.exception.exit_code
    return str(result.exception)


def rows(result: Result) -> list[dict[str, Any]]:
    return json.loads(result.stdout)


def names(result: Result) -> list[str | None]:
    return [row["proxy"] for row in rows(result)]


def two_istiods(server: ApiServer) -> tuple[Istiod, Istiod]:
    first = Istiod(server, "istiod-a", syncz=[proxy("web-1.shop"), proxy("web-2.shop")])
    second = Istiod(server, "istiod-b", revision="canary", syncz=[proxy("db.v1.store")])
    return first, second
