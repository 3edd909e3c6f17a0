"""Do annotations of JSON that nobody can walk end in findings or a sentence, in every command?"""

import copy

import pytest
from odd_cluster import mesh_objects, versions_of
from test_odd_cluster import COMMANDS, KINDS, run

NAMES = (
    "sidecar.istio.io/status", "proxy.istio.io/overrides", "proxy.istio.io/config",
    "sidecar.istio.io/userVolume", "sidecar.istio.io/userVolumeMount",
    "k8s.v1.cni.cncf.io/networks", "sidecar.istio.io/extraStatTags",
)  # fmt: skip
PROBERS = {"name": "ISTIO_KUBE_APP_PROBERS"}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "[" * 400 + "]" * 400], ids=len)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_annotations_may_be_nested_as_deep_as_they_like(
    monkeypatch: pytest.MonkeyPatch, command: list[str], text: str
) -> None:
    objects = copy.deepcopy(mesh_objects())
    for item in objects:
        spec = item.get("spec", {})
        for one in (item, spec.get("template", {})):
            one.setdefault("metadata", {}).setdefault("annotations", {}).update(
                dict.fromkeys(NAMES, text)
            )
        if item["kind"] == "Pod":
            proxy = {"name": "istio-proxy", "image": "proxyv2", "env": [{**PROBERS, "value": text}]}
            spec["containers"].append(proxy)
    assert run(monkeypatch, objects, versions_of(KINDS), command) in (0, 1, 2)
