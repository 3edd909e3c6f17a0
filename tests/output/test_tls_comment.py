"""Does the comment of ``tls-check`` begin with what matters, fit, and say what it left out?"""

import io
import re
from pathlib import Path

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.tls.answer import Question, ask
from meshctl.output.tls.write import write
from meshctl.settings import Settings
from meshctl.sources.loader import load

HOME = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: "strict```", namespace: shop}
spec: {mtls: {mode: STRICT}}
"""
SERVER = """\
---
apiVersion: v1
kind: Service
metadata: {{name: s{n}, namespace: shop}}
spec: {{selector: {{app: s{n}}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: s{n}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: s{n}}}}}
  template:
    metadata: {{labels: {{app: s{n}}}}}
    spec: {{containers: [{{name: app, image: app}}]}}
"""
PLAIN = """\
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: plain, namespace: shop}
spec: {host: s0, trafficPolicy: {tls: {mode: DISABLE}}}
"""


def comment(folder: Path, services: int) -> str:
    file = folder / "mesh.yaml"
    file.write_text(HOME + "".join(SERVER.format(n=n) for n in range(services)) + PLAIN)
    settings = Settings(whole_mesh=True)
    found = ask(
        None, load_mesh(load([str(file)]), settings), Question(None, None, "shop"), settings
    )
    out = io.StringIO()
    write("markdown", found, out, only="all")
    return out.getvalue()


def test_totals_come_first_then_conflicts_then_rows_folded(tmp_path: Path) -> None:
    text = comment(tmp_path, 3)
    assert text.startswith("### meshctl tls-check: 9 connections: 6 mtls, 3 conflict\n")
    order = [text.index(part) for part in ("#### Conflicts", "#### TLS in namespace", "<details>")]
    assert sorted(order) == order
    rows = [line for line in text.splitlines() if line.startswith("| shop/")]
    assert 9 == len(rows)
    assert all("conflict" in line for line in rows[:3])


def test_a_fence_is_longer_than_what_it_holds(tmp_path: Path) -> None:
    fences = re.findall(r"^`{3,}$", comment(tmp_path, 2), re.MULTILINE)
    assert {4} == set(map(len, fences))


def test_many_rows_are_cut_and_counted(tmp_path: Path) -> None:
    text = comment(tmp_path, 40)
    assert len(text.encode()) <= 60_000
    shown = len([line for line in text.splitlines() if line.startswith("| shop/")])
    assert f"and {1600 - shown} more rows (-o json has all)" in text
    assert text.endswith("</details>\n")
