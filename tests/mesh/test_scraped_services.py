"""A ServiceMonitor is compared with the Services that carry its labels, and not with all."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.mesh.core.selectors import LabelSelector
from meshctl.settings import Settings
from meshctl.sources.loader import load

COUNT = 40
PROMETHEUS = """\
apiVersion: v1
kind: Namespace
metadata: {name: tools, labels: {istio-injection: disabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: prometheus, namespace: tools}
spec:
  selector: {matchLabels: {app: prometheus}}
  template:
    metadata: {labels: {app: prometheus}}
    spec:
      containers: [{name: main, image: "quay.io/prometheus/prometheus:v3"}]
"""
ONE = """\
---
apiVersion: v1
kind: Service
metadata: {{name: s-{0}, namespace: shop, labels: {{app: s-{0}, part: shop}}}}
spec:
  selector: {{app: s-{0}}}
  ports: [{{name: http, port: 80}}]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {{name: s-{0}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: s-{0}, part: shop}}}}
  endpoints: [{{port: http}}]
"""


def test_monitors_and_services_are_compared_once_for_each_pair_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mesh.yaml").write_text(PROMETHEUS + "".join(map(ONE.format, range(COUNT))))
    settings = Settings(whole_mesh=True)
    mesh = load_mesh(load([str(tmp_path)]), settings)
    asked = []

    matches = LabelSelector.matches

    def counted(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
        asked.append(selector)
        return matches(selector, labels)

    monkeypatch.setattr(LabelSelector, "matches", counted)
    monitors = [one for one in mesh.resources if one.kind == "ServiceMonitor"]
    for monitor in monitors:
        assert list(mesh.clauses.outside_clients.refused(monitor)) == []
    assert len(asked) == len(monitors) == COUNT
