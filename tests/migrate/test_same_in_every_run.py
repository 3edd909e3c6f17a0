"""What a migration says doesn't depend on how a run of Python orders its sets."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HOMES = ("a", "b", "c", "d", "e")
HOSTS = [f"h-{number}.example.com" for number in range(6)]
LABELS = {"role": "entry"}


def thing(version: str, kind: str, name: str, home: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": home}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def objects() -> list[dict[str, Any]]:
    """A Gateway of pods in many namespaces, and VirtualServices that share many hosts."""
    pod = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "main"}]}}
    port = {"number": 80, "name": "http", "protocol": "HTTP"}
    servers = [{"port": port, "hosts": ["*"]}]
    found = []
    for home in HOMES:
        front = {"selector": LABELS, "ports": [{"name": "http", "port": 80}]}
        template = {"selector": {"matchLabels": LABELS}, "template": pod}
        found.append(thing("apps/v1", "Deployment", "gate", home, template))
        found.append(thing("v1", "Service", "gate", home, front))
    istio = "networking.istio.io/v1"
    for name in ("gate", "shared"):
        spec = {"selector": LABELS, "servers": servers}
        found.append(thing(istio, "Gateway", name, "shop", spec))
    for number in range(2):
        hosts = [*HOSTS, f"own-{number}.example.com"]
        http = [{"route": [{"destination": {"host": "web"}}]}]
        spec = {"hosts": hosts, "gateways": ["shared"], "http": http}
        found.append(thing(istio, "VirtualService", f"web-{number}", "shop", spec))
    kept = {name: [f"{name}-{number}.example.com" for number in range(3)] for name in ("x", "y")}
    for name, hosts in kept.items():  # both stay, as nothing declares their hosts
        http = [{"route": [{"destination": {"host": "web"}}]}]
        spec = {"hosts": hosts, "http": http}
        found.append(thing(istio, "VirtualService", name, "shop", spec))
    tls = [
        {"match": [{"sniHosts": ["x-0.example.com"]}], "route": [{"destination": {"host": "web"}}]}
    ]
    spec = {"hosts": [*kept["x"], *kept["y"]], "tls": tls}
    found.append(thing(istio, "VirtualService", "z", "shop", spec))
    return found


def test_notes_have_one_order(tmp_path: Path) -> None:
    file = tmp_path / "input.yaml"
    file.write_text("---\n".join(f"{json.dumps(one)}\n" for one in objects()))
    command = [sys.executable, "-m", "meshctl", "migrate", "--to", "gateway-api", str(file)]
    told = set()
    for seed in range(4):
        environment = os.environ | {"PYTHONHASHSEED": str(seed)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "several VirtualServices route h-5.example.com" in done.stdout
        assert "the Gateway is in namespace e" in done.stdout
        assert " stays, which routes the same host" in done.stdout
        told.add(done.stdout)
    assert 1 == len(told)
