"""Values of a HelmRelease from ConfigMaps and Secrets count in their order; secrets stay unseen."""

from base64 import b64encode
from pathlib import Path

import pytest

from meshctl.sources.loader import load
from meshctl.sources.rendering.entry_points import read
from meshctl.sources.rendering.release import Release

RELEASE = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: till, namespace: flux}
spec:
  chart: {spec: {chart: ./till, sourceRef: {kind: GitRepository, name: here}}}
  valuesFrom: VALUES
  values: {last: wins}
"""
OBJECTS = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: plain, namespace: flux}}
data:
  values.yaml: "mode: STRICT"
  port: "8080"
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: plain, namespace: elsewhere}}
data: {{values.yaml: "mode: DISABLE"}}
---
apiVersion: v1
kind: Secret
metadata: {{name: hidden, namespace: flux}}
data: {{values.yaml: {b64encode(b"{word: hunter22, pin: 4711, live: true, list: [abc]}").decode()}}}
stringData: {{one: hunter22}}
"""


def released(root: Path, values: str) -> Release:
    (root / "till").mkdir()
    (root / "till/Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 1.0.0\n")
    (root / "all.yaml").write_text(RELEASE.replace("VALUES", values) + "---" + OBJECTS)
    [release] = read(load([str(root / "all.yaml")]).documents, root).releases
    return release


def test_values_come_from_the_config_map_of_the_namespace(tmp_path: Path) -> None:
    release = released(tmp_path, "[{kind: ConfigMap, name: plain}]")
    assert [{"mode": "STRICT"}, {"last": "wins"}] == [one.data for one in release.inline]
    assert ("data", "values.yaml") == release.inline[0].path


def test_a_target_path_takes_one_value(tmp_path: Path) -> None:
    entry = "[{kind: ConfigMap, name: plain, valuesKey: port, targetPath: a.b}]"
    assert {"a": {"b": "8080"}} == released(tmp_path, entry).inline[0].data


def test_nobody_sees_what_a_secret_holds(tmp_path: Path) -> None:
    entries = (
        "{kind: Secret, name: hidden}, {kind: Secret, name: hidden, valuesKey: one, targetPath: x}"
    )
    release = released(tmp_path, f"[{entries}]")
    stand_in = "${SECRET}"
    assert [
        {"word": stand_in, "pin": stand_in, "live": True, "list": [stand_in]}, {"x": stand_in},
    ] == [one.data for one in release.inline[:2]]  # fmt: skip
    assert [True, True, False] == [one.is_secret for one in release.inline]


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        ("{kind: ConfigMap, name: gone}", ("ConfigMap gone",)),
        (
            "{kind: ConfigMap, name: plain, valuesKey: nothing}",
            ("ConfigMap plain",),
        ),
        ("{kind: ConfigMap, name: gone, optional: true}", ()),
        ("{kind: Secret, name: gone}", ("Secret gone",)),
        ("{kind: Secret, name: gone, valuesKey: pin, targetPath: a.pin, optional: true}", ()),
        ("4", ()),
    ],
)
def test_what_is_missing_is_never_left_out(
    tmp_path: Path, entry: str, missing: tuple[str, ...]
) -> None:
    assert missing == released(tmp_path, f"[{entry}]").missing


def test_a_single_value_of_a_secret_elsewhere_is_unknown(tmp_path: Path) -> None:
    entry = "{kind: Secret, name: gone, valuesKey: pin, targetPath: door.pin}"
    release = released(tmp_path, f"[{entry}]")
    assert ((), {"door": {"pin": "${SECRET}"}}) == (release.missing, release.inline[0].data)
