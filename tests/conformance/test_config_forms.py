"""Are mesh settings, ProxyConfigs and annotations taken and refused as istioctl 1.31 does?"""

import difflib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from meshctl.errors import MeshctlError
from meshctl.inject.settings.injector_config import InjectionSettings, read_settings
from meshctl.inject.text.istioctl_style import inject_text
from meshctl.istio.mesh_config_schema import MESH_CONFIG
from meshctl.validation.mesh_config.text import judge
from meshctl.yaml.reader import parse_one

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MESHCTL_SHARED") or ROOT / "../shared") / "data/istio-config-forms"
FLOOR = 625
"""Rows that agree; only ever raised."""
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"istioctl's verdicts are not in {DATA}: nothing was compared"
)


def manifest(annotations: dict[str, str]) -> str:
    probe = {"httpGet": {"path": "/", "port": 8080}}
    container = {
        "name": "web", "image": "w", "ports": [{"containerPort": 8080}], "readinessProbe": probe
    }  # fmt: skip
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels, "annotations": annotations},
        "spec": {"containers": [container]},
    }
    spec = {"selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": "web", "namespace": "shop"}
    return json.dumps(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    )


def injected(settings: InjectionSettings, annotations: dict[str, str]) -> list[str] | None:
    try:
        return inject_text(manifest(annotations), settings, lambda _: None).splitlines()
    except MeshctlError:
        return None


def agrees(row: dict[str, Any], settings: InjectionSettings, base: list[str]) -> bool:
    if row["kind"] == "meshconfig":
        try:
            refusals = judge(MESH_CONFIG, parse_one(row["input"])).refusals
        except ValueError:
            return not row["accepted"]
        return row["accepted"] is not bool(refusals)
    name, value = row["input"] if row["kind"] == "annotation" else (PROXY, row["input"])
    found = injected(settings, {name: value})
    if found is None or not row["accepted"]:
        return row["accepted"] is (found is not None)
    changes = [*difflib.unified_diff(base, found, lineterm="", n=0)][2:]
    return changes == row["changes"]


PROXY = "proxy.istio.io/config"


@needs_data
def test_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [(DATA / name).read_text() for name in ("config.yaml", "values.json", "mesh.yaml")]
    settings = read_settings(*texts, revision="default")
    base = injected(settings, {})
    assert base is not None
    right: Counter[str] = Counter()
    for line in (DATA / "forms.jsonl").read_text().splitlines():
        row = json.loads(line)
        right[row["kind"]] += agrees(row, settings, base)
    with capsys.disabled():
        print(f"\nforms: {right.total()} as istioctl, {dict(right)}")  # noqa: T201 - the figures
    assert right.total() >= FLOOR
