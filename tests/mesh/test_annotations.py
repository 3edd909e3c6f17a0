"""Istio's annotations: the registry against the table of the release, and the values they take."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.istio.annotation_values import wrong_value
from meshctl.istio.annotations import SOURCE_VERSION, closest, definition, is_label

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
TABLE = SHARED / "data/istio-tables/annotations.csv"


@pytest.mark.skipif(not TABLE.is_file(), reason=f"the table of Istio is not in {TABLE}")
def test_the_registry_equals_the_table_of_the_release() -> None:
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [
        (row["name"], row["feature_status"], row["deprecated"] == "true",
         tuple(row["resources"].split()))
        for row in rows if row["type"] == "annotation"
    ]  # fmt: skip
    found = [definition(name) for name, *_ in expected]
    assert expected == [(d.name, d.stage, d.is_deprecated, d.kinds) for d in found if d]
    names = {name for name, *_ in expected}
    labels = {row["name"] for row in rows if row["type"] == "label"} - names
    assert all(is_label(name) for name in labels)
    assert SOURCE_VERSION == "1.31"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sidecar.istio.io/proxyCpu", "sidecar.istio.io/proxyCPU"),
        ("traffic.sidecar.istio.io/excludeOutboundPort",
         "traffic.sidecar.istio.io/excludeOutboundPorts"),
        ("example.com/unrelated", ""),
        ("sidecar.istio.io/traceSampling", ""),
        ("proxy.istio.io/inject", "sidecar.istio.io/inject"),
    ],
)  # fmt: skip
def test_the_closest_annotation_is_suggested(written: str, meant: str) -> None:
    assert meant == closest(written)


VALUES = {
    "sidecar.istio.io/interceptionMode": (["REDIRECT", "TPROXY", "NONE"], ["", "redirect"]),
    "status.sidecar.istio.io/port": (["0", "15021", "65535"], ["65536", "-1", "http", ""]),
    "readiness.status.sidecar.istio.io/periodSeconds": (["0", "10"], ["1.5", "4294967296", "\uff15"]),
    "traffic.sidecar.istio.io/includeOutboundIPRanges": (
        ["*", "", "10.0.0.0/8,2001:db8::/32"], ["10.0.0.1", "10.0.0.0/33", "*,10.0.0.0/8"]),
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": (["", "10.0.0.0/8"], ["*"]),
    "traffic.sidecar.istio.io/includeInboundPorts": (["*", "", "80, 81"], ["80;81", "http"]),
    "traffic.sidecar.istio.io/excludeInboundPorts": (["", "15020"], ["*"]),
    "prometheus.istio.io/merge-metrics": (["true", "False", "0"], ["yes", "tRue", ""]),
    "sidecar.istio.io/proxyCPU": (["100m", "0.5", "2", "1e3"], ["", "100 m", "fast"]),
    "sidecar.istio.io/proxyMemory": (["128Mi", "1G", "-"], ["128MB", "--"]),
    "istio.io/reroute-virtual-interfaces": (["eth0,net1"], ["a/b", "much-too-long-name"]),
    "sidecar.istio.io/userVolume": (["whatever"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_values_are_judged_as_the_webhook_judges_them(name: str) -> None:
    good, bad = VALUES[name]
    assert [] == [value for value in good if wrong_value(name, value)]
    assert [] == [value for value in bad if not wrong_value(name, value)]


@given(st.sampled_from(sorted(VALUES)), st.text())
def test_any_text_is_judged(name: str, value: str) -> None:
    assert isinstance(wrong_value(name, value), str)
