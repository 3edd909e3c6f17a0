"""An Istio Gateway stays that asks for more than a Gateway of the Gateway API may have."""

import json
from pathlib import Path
from typing import Any

import pytest

from meshctl.inspect.migration.answer import migrate_files
from meshctl.migrate.migration import GATEWAY_API
from meshctl.migrate.results import Row, Target
from meshctl.settings import Settings

PORT = {"number": 80, "name": "http", "protocol": "HTTP"}


def thing(version: str, kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def row(folder: Path, services: int, hosts: int) -> Row:
    """What becomes of a Gateway of so many hosts, with so many Services in front of its pods."""
    labels = {"role": "entry"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main"}]}}
    names = [f"h-{number}.example.com" for number in range(hosts)]
    spec = {"selector": labels, "servers": [{"port": PORT, "hosts": names}]}
    objects = [
        thing("apps/v1", "Deployment", "gate", {"selector": {"matchLabels": labels}, "template": pod}),
        thing("networking.istio.io/v1", "Gateway", "gate", spec),
    ]  # fmt: skip
    for number in range(services):
        front = {"selector": labels, "ports": [{"name": "http", "port": 80}]}
        objects.append(thing("v1", "Service", f"gate-{number}", front))
    file = folder / "input.yaml"
    file.write_text("---\n".join(f"{json.dumps(one)}\n" for one in objects))
    found = migrate_files([str(file)], Settings(), Target(GATEWAY_API), proves=False)
    return next(one for one in found.migration.rows if one.resource.kind == "Gateway")


@pytest.mark.parametrize(("services", "hosts"), [(16, 1), (1, 64)])
def test_as_much_as_it_may_have_goes(services: int, hosts: int, tmp_path: Path) -> None:
    assert "exact" == row(tmp_path, services, hosts).status.value


@pytest.mark.parametrize(
    ("services", "hosts", "reason"),
    [
        (17, 1, "a Gateway names at most 16 Services"),
        (1, 65, "a Gateway has at most 64 listeners"),
    ],
)
def test_more_stays(services: int, hosts: int, reason: str, tmp_path: Path) -> None:
    found = row(tmp_path, services, hosts)
    assert "impossible" == found.status.value
    assert [reason] == [note.message for note in found.notes]
    assert found.after is not None
