"""What does it cost to find the lines of a rendered chart? Prints a ratio to the plain render.

    python bench/rendering.py [TEMPLATES]...

Needs helm on PATH. Both are the least of several runs, in turns, and both read the YAML that helm
writes. The mapping renders a second time, with marked lines, beside the first; files are copied and
lines compared.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from meshctl.sources.rendering.charts import Helm
from meshctl.sources.rendering.release import Release
from meshctl.yaml.parser import Parser

RUNS = 7
SIZES = (5, 40, 150)
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{{{ include "shop.name" . }}}}-{number}
  labels: {{{{- include "shop.labels" . | nindent 4 }}}}
spec:
  replicas: {{{{ .Values.replicas }}}}
  selector:
    matchLabels: {{{{- include "shop.labels" . | nindent 6 }}}}
  template:
    metadata:
      labels: {{{{- include "shop.labels" . | nindent 8 }}}}
    spec:
      containers:
        - name: app
          image: {{{{ .Values.image }}}}:{{{{ .Values.tag | quote }}}}
          ports:
          {{{{- range .Values.ports }}}}
            - name: {{{{ .name }}}}
              containerPort: {{{{ .port }}}}
          {{{{- end }}}}
"""
HELPERS = """\
{{- define "shop.name" -}}
{{ .Release.Name }}-shop
{{- end }}
{{- define "shop.labels" }}
app: {{ include "shop.name" . }}
version: {{ .Values.tag | quote }}
{{- end }}
"""
VALUES = """\
replicas: 2
image: registry.example/shop
tag: "1.0"
ports: [{name: http, port: 8080}, {name: grpc, port: 9090}]
"""


def chart_of(templates: int, directory: Path) -> Release:
    """Write a chart with so many Deployments."""
    (directory / "templates").mkdir(parents=True)
    (directory / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (directory / "values.yaml").write_text(VALUES)
    (directory / "templates/_helpers.tpl").write_text(HELPERS)
    for number in range(templates):
        text = DEPLOYMENT.format(number=number)
        (directory / f"templates/deployment-{number}.yaml").write_text(text)
    return Release(directory, str(directory), "shop")


def least(run: Callable[[], object]) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def render(helm: Helm, release: Release) -> int:
    """Render as people do, and read the documents."""
    text = helm.template(release, release.chart).output.decode()
    return sum(Parser().parse(part, 1)[0] is not None for part in text.split("\n---\n"))


def main() -> None:
    """Print one row for each size."""
    program = shutil.which("helm")
    if program is None:
        sys.exit("helm is not on PATH, so nothing is rendered")
    helm = Helm(program)
    print("templates   plain      mapped     mapping adds")
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as scratch:
            release = chart_of(size, Path(scratch, "shop"))
            plain, mapped = [], []
            for _ in range(RUNS):
                plain.append(least(lambda: render(helm, release)))  # noqa: B023
                mapped.append(least(lambda: helm.render(release)))  # noqa: B023
            ratio = min(mapped) / min(plain) - 1
            print(f"{size:9d}   {min(plain):6.3f} s   {min(mapped):6.3f} s   {ratio:5.2f} x")


if __name__ == "__main__":
    main()
