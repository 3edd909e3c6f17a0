"""Does injection write what istioctl 1.31 writes, byte for byte?"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.errors import MeshctlError
from meshctl.inject.istioctl_style import inject_text
from meshctl.inject.settings import read_settings

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MESHCTL_SHARED") or ROOT / "../shared") / "data/istio-inject"
FLOOR = 99
"""Cases that agree; only ever raised."""
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"istioctl's results are not in {DATA}: nothing was compared"
)
_HASH = re.compile(r'"version":"[0-9a-f]{64}",?')


def cases() -> Iterator[dict[str, Any]]:
    yield from json.loads((DATA / "cases.json").read_text())["cases"]


def changed(mesh: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Lay a case's changes over the mesh config of its settings."""
    result = dict(mesh)
    for key, value in change.items():
        if key == "defaultConfig":
            config = dict(result.get(key) or {})
            for name, field in value.items():
                merges = name == "proxyMetadata"
                config[name] = {**config.get(name, {}), **field} if merges else field
            result[key] = config
        elif key.endswith("+"):
            result[key[:-1]] = [*result.get(key[:-1], []), *value]
        else:
            result[key] = value
    return result


def inject(case: dict[str, Any], warnings: list[str]) -> str:
    files = json.loads((DATA / f"settings/{case['settings']}.json").read_text())
    mesh = changed(yaml.safe_load(files["mesh"]), case.get("mesh", {}))
    settings = read_settings(
        (DATA / "settings" / files["config_file"]).read_text(),
        files["values"],
        json.dumps(mesh),
        native=case["effectiveNativeSidecar"],
        compliance_policy=case.get("compliancePolicy", ""),
        revision="default" if case.get("skipInjection") else "",
    )
    text = (DATA / "testdata" / case["in"]).read_text()
    namespace = None
    if case.get("platform") == "openshift":
        meta = json.loads((DATA / "cases.json").read_text())["meta"]
        namespace = meta["test_namespace_annotations"]
    return inject_text(text, settings, warnings.append, namespace)


def disagreement(case: dict[str, Any]) -> str:
    """Say how a case differs from what is wanted; empty when it doesn't."""
    warnings: list[str] = []
    try:
        found = inject(case, warnings)
    except MeshctlError as error:
        wanted = case.get("expectedError")
        return "" if wanted and wanted in str(error).lower() else f"error: {error}"
    if case.get("expectedError"):
        return "no error"
    if not any(case.get("expectedLog", "") in warning for warning in [*warnings, ""]):
        return f"warnings: {warnings}"
    if case.get("expectedLog") and not warnings:
        return "no warning"
    wanted = (DATA / "testdata" / case["want"]).read_text()
    if case.get("skipInjection"):
        unset = "creationTimestamp: null"  # the webhook's goldens were written by older code
        wanted = "\n".join(line for line in wanted.split("\n") if line.strip() != unset)
        same = [*yaml.safe_load_all(found)] == [*yaml.safe_load_all(wanted)]
        return "" if same else "other objects"
    is_same = _HASH.sub("", found.strip()) == _HASH.sub("", wanted.strip())
    return "" if is_same else "other text"


@needs_data
def test_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    found = {f"{number} {case['in']}": disagreement(case) for number, case in enumerate(cases())}
    wrong = {name: reason for name, reason in found.items() if reason}
    with capsys.disabled():
        print(f"\ninject: {len(found) - len(wrong)} of {len(found)} as istioctl")  # noqa: T201 - the figures
    assert {} == wrong
    assert len(found) >= FLOOR
