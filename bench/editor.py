"""How long does an editor wait for findings? From didChange to the findings of the whole folder.

    python bench/editor.py [OBJECTS]...

Every figure is of edits of objects of one namespace, one after the other, in turns: a line is added and
removed, a host is misspelt and put right, and so is something of each kind of object that people edit;
last comes the mesh config, which concerns everything. The waiting for a next keystroke is in it. The
time of CPU of the server is what a busy machine hardly changes.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from generate import write

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.lsp.editor import Editor

ROUNDS = 7
"""How often each edit is made and taken back; the first time isn't counted."""
BUDGETS = {300: "100 ms", 3000: "1000 ms"}
BROKEN_EVERY = 50
_PAUSE = 0.3
"""Seconds between two edits: nobody types without a pause."""
KINDS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door, namespace: NS}
spec:
  gatewayClassName: istio
  listeners:
    - {name: http, port: 80, protocol: HTTP, hostname: "*.door.example"}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: door, namespace: NS}
spec:
  parentRefs: [{name: door}]
  hostnames: [a.door.example]
  rules:
    - backendRefs: [{name: APP, port: 9100}]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: NS}
spec:
  selector: {matchLabels: {app: APP}}
  jwtRules: [{issuer: https://issuer.example, jwksUri: https://issuer.example/keys}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: callers, namespace: NS}
spec:
  selector: {matchLabels: {app: APP}}
  rules:
    - from: [{source: {principals: [cluster.local/ns/NS/sa/APP]}}]
      to: [{operation: {ports: ["9100"]}}]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: narrow, namespace: NS}
spec:
  workloadSelector: {labels: {app: APP}}
  egress: [{hosts: ["./*", istio-system/*]}]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: traces, namespace: NS}
spec:
  tracing: [{randomSamplingPercentage: 10}]
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: patch, namespace: NS}
spec:
  workloadSelector: {labels: {app: APP}}
  configPatches:
    - applyTo: CLUSTER
      match: {context: SIDECAR_OUTBOUND, cluster: {service: APP.NS.svc.cluster.local}}
      patch: {operation: MERGE, value: {connect_timeout: 2s}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: machine, namespace: NS}
spec:
  hosts: [machine.example]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 8080, name: http, protocol: HTTP}]
  workloadSelector: {labels: {app: machine}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: machine, namespace: NS}
spec: {address: 10.0.0.7, labels: {app: machine}}
---
apiVersion: v1
kind: Secret
metadata: {name: passwords, namespace: NS}
type: Opaque
stringData: {word: example}
"""
MESH_CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    accessLogFile: /dev/stdout
"""


class Edit(NamedTuple):
    """How long one edit took until the findings of its file, and those of the folder, in seconds."""

    file: float
    folder: float
    cpu: float


def _swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


TEAM, MORE, PLATFORM = "team", "more", "platform"
EDITS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a line": (TEAM, lambda text: f"# line\n{text}"),
    "a host of a VirtualService": (TEAM, lambda text: _later(text, "host: ", "host: x")),
    "a port of a Service": (TEAM, lambda text: _later(text, "targetPort: ", "targetPort: 1")),
    "a label of a Namespace": (TEAM, _swap("istio-injection: ", "istio-injection: x")),
    "labels of pods": (
        TEAM,
        lambda text: _later(text, "version: v1}\n    spec", "v: v1}\n    spec"),
    ),
    "a label of a Service": (TEAM, lambda text: _later(text, "    team: ", "    part: ")),
    "a host of a Gateway": (TEAM, _swap('        - "', '        - "x')),
    "a listener of a Gateway": (MORE, _swap("port: 80,", "port: 81,")),
    "a backend of an HTTPRoute": (MORE, _swap("port: 9100}]", "port: 9101}]")),
    "a RequestAuthentication": (MORE, _swap("issuer: https://", "issuer: https://x")),
    "an AuthorizationPolicy": (MORE, _swap("principals: [", "principals: [x")),
    "a Sidecar": (MORE, _swap('"./*", ', "")),
    "a Telemetry": (MORE, _swap("Percentage: 10", "Percentage: 11")),
    "an EnvoyFilter": (MORE, _swap("connect_timeout: 2s", "connect_timeout: 3s")),
    "a ServiceEntry": (MORE, _swap("number: 8080", "number: 8081")),
    "a WorkloadEntry": (MORE, _swap("10.0.0.7", "10.0.0.8")),
    "a Secret": (MORE, _swap("word: example", "word: other")),
    "the mesh config": (
        PLATFORM,
        lambda text: text + "    outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n",
    ),
}
"""What is edited of which file, and how."""


def main() -> None:
    print(
        "| objects | edit | CPU: median | p95 | file: median | p95 | folder: median | p95 | budget |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or BUDGETS:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            files = _write(count, root)
            first, taken = measure(root, files)
        budget = BUDGETS.get(count, "")
        print(f"| {count} | the first | | | | | {first * 1000:.0f} ms | | |")
        every = [one for edits in taken.values() for one in edits]
        for what, edits in (*taken.items(), ("all of them", every)):
            print(f"| {count} | {what} | {_figures(edits)} | {budget} |")


def _write(count: int, root: Path) -> dict[str, str]:
    """Write the folder, and name its files that are edited."""
    write(count, root, broken=BROKEN_EVERY)
    team = max(root.glob("team-*"))
    app = team.read_text().partition("serviceAccountName: ")[2].partition("\n")[0]
    (root / "more.yaml").write_text(KINDS.replace("NS", team.stem).replace("APP", app))
    (root / "config.yaml").write_text(MESH_CONFIG)
    return {TEAM: team.name, MORE: "more.yaml", PLATFORM: "config.yaml"}


def _figures(edits: list[Edit]) -> str:
    figures: list[float] = []
    for index in (2, 0, 1):
        waits = [one[index] for one in edits]
        figures += statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    return " | ".join(f"{figure * 1000:5.0f} ms" for figure in figures)


def _later(text: str, old: str, new: str) -> str:
    """Edit the first place in the second half of a text, or else in all of it."""
    place = text.find(old, len(text) // 2)
    place = text.index(old) if place < 0 else place
    return text[:place] + new + text[place + len(old) :]


def measure(root: Path, files: dict[str, str]) -> tuple[float, dict[str, list[Edit]]]:
    """Give the seconds until the first findings, and those of each edit."""
    taken: dict[str, list[Edit]] = {what: [] for what in EDITS}
    started = time.perf_counter()
    with Editor(root) as editor:
        editor.analyzed()
        first = time.perf_counter() - started
        texts = {file: (root / file).read_text() for file in files.values()}
        for file in texts:
            editor.open(file)
            editor.analyzed()
        for number in range(ROUNDS):
            for what, (place, edit) in EDITS.items():
                text = texts[files[place]]
                if edit(text) == text:
                    sys.exit(f"nothing to edit for {what}")
                for edited in (edit(text), text):
                    found = _type(editor, files[place], edited)
                    if number:
                        taken[what].append(found)
    return first, taken


def _type(editor: Editor, file: str, text: str) -> Edit:
    time.sleep(_PAUSE)
    before = cpu_of(editor.process.pid)
    started = time.perf_counter()
    editor.type(file, text)
    editor.analyzed()
    done = time.perf_counter()
    shown = editor.shown_at.get(editor.uri(file), started)
    return Edit(max(shown - started, 0.0), done - started, cpu_of(editor.process.pid) - before)


def cpu_of(process: int) -> float:
    """Seconds of CPU that the threads of a process took, as Linux counts them in nanoseconds."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


if __name__ == "__main__":
    main()
