"""Writes the mesh of a company: 40 namespaces, 1,289 objects, two errors and many warnings.

    python bench/namespaces.py DIRECTORY [SEED]

Most warnings are of few kinds that repeat in every namespace, as templates that many copied make
them; the two errors stand in the middle, in files that sort late.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

NAMESPACES = 40
APPS = 8
SMALLER = 9
"""So many namespaces have an application less, which makes 1,289 objects."""
APP = """\
apiVersion: v1
kind: Service
metadata: {{name: {app}, namespace: {ns}}}
spec:
  selector: {{app: {app}}}
  ports:
    - {{name: web, port: {port}, targetPort: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {app}, namespace: {ns}}}
spec:
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: {app}, version: v1}}}}
    spec:
      containers:
        - {{name: main, image: "registry.example.com/{app}:1", ports: [{{containerPort: 8080}}]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {app}, namespace: {ns}}}
spec:
  hosts: [{app}]
  http:
    - route: [{{destination: {{host: {app}, port: {{number: {port}}}}}}}]
    - match: [{{uri: {{prefix: /old}}}}]
      route: [{{destination: {{host: {app}, port: {{number: {port}}}}}}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {app}, namespace: {ns}}}
spec:
  host: {app}
  subsets: [{{name: v1, labels: {{version: v1}}}}]
"""
NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata: {{name: {ns}, labels: {{istio-injection: enabled}}}}
"""
STRICT = """\
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: {ns}}}
spec: {{mtls: {{mode: STRICT}}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: plain, namespace: {ns}}}
spec: {{host: {app}.{ns}.svc.cluster.local, trafficPolicy: {{tls: {{mode: DISABLE}}}}}}
"""
EXTRA = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: extra, namespace: {ns}}}\n"


def files(seed: int) -> Iterator[tuple[str, str]]:
    """Walk the files of the mesh, name and text; the same for the same seed."""
    chosen = random.Random(seed)
    broken = sorted(chosen.sample(range(NAMESPACES // 2, NAMESPACES), 2))
    for number in range(NAMESPACES):
        ns = f"team-{number:02d}"
        yield f"{ns}/namespace.yaml", NAMESPACE.format(ns=ns)
        apps = [f"app-{one}" for one in range(APPS - (number < SMALLER))]
        text = "---\n".join(
            APP.format(ns=ns, app=app, port=chosen.choice((80, 8080, 9080))) for app in apps
        )
        if number in broken:
            text += STRICT.format(ns=ns, app=apps[0])
        elif number == 0:
            text += EXTRA.format(ns=ns)
        yield f"{ns}/apps.yaml", text


def main() -> None:
    """Write the files."""
    directory, seed = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for name, text in files(seed):
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    main()
