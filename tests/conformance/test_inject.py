"""Does injection write what istioctl 1.31 writes, byte for byte?"""

import copy
import functools
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.errors import MeshctlError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.settings.injector_config import InjectionSettings, read_settings
from meshctl.inject.text import preserve_style
from meshctl.inject.text.istioctl_style import inject_text
from meshctl.inject.workloads import inject_workload, is_known

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MESHCTL_SHARED") or ROOT / "../shared") / "data/istio-inject"
FLOOR = 99
"""Cases that agree; only ever raised."""
UNDONE_FLOOR = 94
SAME_TEXT_FLOOR = 83
"""Injections of which undoing gives the same objects, and the very same text."""
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"istioctl's results are not in {DATA}: nothing was compared"
)
_HASH = re.compile(r'"version":"[0-9a-f]{64}",?')


WEBHOOK = DATA.parent / "cluster/webhook"


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


def settings_of(case: dict[str, Any]) -> InjectionSettings:
    files = json.loads((DATA / f"settings/{case['settings']}.json").read_text())
    mesh = changed(yaml.safe_load(files["mesh"]), case.get("mesh", {}))
    return read_settings(
        (DATA / "settings" / files["config_file"]).read_text(),
        files["values"],
        json.dumps(mesh),
        native=case["effectiveNativeSidecar"],
        compliance_policy=case.get("compliancePolicy", ""),
        revision="default" if case.get("skipInjection") else "",
    )


def inject(case: dict[str, Any], warnings: list[str]) -> str:
    text = (DATA / "testdata" / case["in"]).read_text()
    namespace = None
    if case.get("platform") == "openshift":
        meta = json.loads((DATA / "cases.json").read_text())["meta"]
        namespace = meta["test_namespace_annotations"]
    return inject_text(text, settings_of(case), warnings.append, namespace)


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


def objects(text: str) -> list[Any]:
    """Read objects as Kubernetes does; lists have metadata either way."""
    return [typed(item) for item in yaml.safe_load_all(text) if item]


def typed(data: dict[str, Any]) -> dict[str, Any]:
    if data["kind"] == "List":
        return {"metadata": {}, **data, "items": [typed(item) for item in data["items"]]}
    return read(data["kind"], data, coerce=True) if is_known(data) else data


@needs_data
def test_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    found = {f"{number} {case['in']}": disagreement(case) for number, case in enumerate(cases())}
    wrong = {name: reason for name, reason in found.items() if reason}
    with capsys.disabled():
        print(f"\ninject: {len(found) - len(wrong)} of {len(found)} as istioctl")  # noqa: T201 - the figures
    assert {} == wrong
    assert len(found) >= FLOOR


@needs_data
def test_keeping_lines_means_the_same() -> None:
    for case in cases():
        if case.get("expectedError") or case.get("skipInjection") or "cronjob" in case["in"]:
            continue  # istioctl labels a CronJob's Jobs instead of its pods
        warnings: list[str] = []
        text = (DATA / "testdata" / case["in"]).read_text()
        kept = preserve_style.inject_text(text, settings_of(case), warnings.append)
        assert [] == [warning for warning in warnings if "cannot be edited" in warning]
        assert objects(inject(case, [])) == objects(kept)


@needs_data
def test_twice_is_once() -> None:
    for case in cases():
        if not case.get("expectedError"):
            for write in (inject_text, preserve_style.inject_text):
                text = (DATA / "testdata" / case["in"]).read_text()
                once = write(text, settings_of(case), [].append)
                assert once == write(once, settings_of(case), [].append)


@needs_data
def test_what_is_injected_can_be_undone(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [case for case in cases() if not case.get("expectedError")]
    found: Counter[str] = Counter()
    for case in asked:
        text, used = (DATA / "testdata" / case["in"]).read_text(), settings_of(case)
        warnings: list[str] = []
        injected = preserve_style.inject_text(text, used, warnings.append)
        back = preserve_style.uninject_text(injected, warnings.append)
        found["same objects"] += objects(text) == objects(back)
        found["same text"] += text == back
    with capsys.disabled():
        print(f"\nuninject: {dict(found)} of {len(asked)}")  # noqa: T201 - the figures
    # A template of one's own adds what nothing tells, and so does the network of the values.
    assert found["same objects"] >= UNDONE_FLOOR
    assert found["same text"] >= SAME_TEXT_FLOOR


@pytest.mark.skipif(not WEBHOOK.is_dir(), reason=f"istiod's answers are not in {WEBHOOK}")
def test_a_pod_gets_what_istiod_added_to_it() -> None:
    pod = json.loads((WEBHOOK / "inject-request.json").read_text())["request"]["object"]
    expected = copy.deepcopy(pod)
    for change in json.loads((WEBHOOK / "inject-response.patch.json").read_text()):
        assert "add" == change["op"]
        *path, last = [part.replace("~1", "/") for part in change["path"].split("/")[1:]]
        target = functools.reduce(lambda found, key: found[key], path, expected)
        if isinstance(target, list):
            target.insert(int(last), change["value"])
        else:
            target[last] = change["value"]
    plain = next(case for case in cases() if case["in"] == "hello.yaml" and "setupGo" in case)
    used = settings_of(plain)
    values = {**used.values, "global": {**used.values["global"], "hub": "docker.io/istio"}}
    values["global"]["tag"] = "1.31.0"
    used = replace(used, values=values, native=False, revision="default", compliance_policy="")
    assert read("Pod", expected) == inject_workload(pod, used, print)
