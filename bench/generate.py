"""What does a large mesh look like? Writes seeded manifests, the same bytes for the same seed.

    python bench/generate.py RESOURCES DIRECTORY [SEED]

The mix is that of a real cluster: for each application a Service, a Deployment, a DestinationRule
with subsets, a VirtualService, and now and then a Gateway, a ServiceEntry, a PeerAuthentication or
a Sidecar, spread over many namespaces, with comments and different styles of YAML.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

APPS_PER_NAMESPACE = 20
TEMPLATES = {
    "service": """\
# {app} serves {port}
apiVersion: v1
kind: Service
metadata:
  name: {app}
  namespace: {ns}
  labels:
    app: {app}
    team: "{team}"
spec:
  selector:
    app: {app}
  ports:
    - name: http
      port: {port}
      targetPort: {port}
    - name: tcp-metrics
      port: 9100
""",
    "deployment": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
  namespace: {ns}
spec:
  replicas: {replicas}
  selector:
    matchLabels: {{app: {app}}}
  template:
    metadata:
      labels: {{app: {app}, version: v1}}
    spec:
      serviceAccountName: {app}
      containers:
        - name: main
          image: registry.example.com/{team}/{app}:1.{replicas}
          ports:
            - containerPort: {port}
          env:
            - name: GREETING
              value: 'hello from {app}'
          readinessProbe:
            httpGet: {{path: /healthz, port: {port}}}
""",
    "rule": """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: {app}
  namespace: {ns}
spec:
  host: {app}.{ns}.svc.cluster.local
  trafficPolicy:
    connectionPool:
      http: {{http2MaxRequests: 1000}}
    outlierDetection:
      consecutive5xxErrors: 7
      interval: 30s
      maxEjectionPercent: 50
  subsets:
    - name: v1
      labels:
        version: v1
""",
    "route": """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {app}
  namespace: {ns}
spec:
  hosts:
    - {app}.{ns}.example.com
    - {app}
  gateways:
    - {ns}/entry
    - mesh
  http:
    - name: admin
      match:
        - uri:
            exact: /admin
          headers:
            x-role:
              exact: "admin"
      route:
        - destination: {{host: {app}, subset: v1, port: {{number: {port}}}}}
    - name: api
      match:
        - uri:
            prefix: /api/v{replicas}/
        - uri:
            regex: /items/[0-9]+
      timeout: 5s
      retries:
        attempts: 1
        perTryTimeout: 2s
      route:
        - destination:
            host: {app}.{ns}.svc.cluster.local
            port:
              number: {port}
    - name: rest
      route:
        - destination: {{host: {app}, port: {{number: {port}}}}}
""",
}
EXTRAS = (
    """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: {app}-api
  namespace: {ns}
spec:
  hosts: [api.{app}.{ns}.example.org]
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
    - {{number: 443, name: tls, protocol: TLS}}
""",
    """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: {app}
  namespace: {ns}
spec:
  selector:
    matchLabels:
      app: {app}
  mtls:
    mode: STRICT
""",
)
NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: {ns}
  labels:
    istio-injection: enabled
"""
GATEWAY = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: entry
  namespace: {ns}
spec:
  selector:
    istio: ingressgateway
  servers:
    - port: {{number: 80, name: http, protocol: HTTP}}
      hosts:
{hosts}
"""
PLATFORM = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingressgateway
  namespace: istio-system
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway, sidecar.istio.io/inject: "true"}
      annotations: {inject.istio.io/templates: gateway}
    spec:
      containers:
        - {name: istio-proxy, image: auto}
---
apiVersion: v1
kind: Service
metadata:
  name: istio-ingressgateway
  namespace: istio-system
spec:
  type: LoadBalancer
  selector: {istio: ingressgateway}
  ports:
    - {name: http2, port: 80, targetPort: 8080}
    - {name: https, port: 443, targetPort: 8443}
"""


def documents(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield ``count`` documents with the namespace each belongs to."""
    chance = random.Random(seed)
    left = count - 2
    for text in PLATFORM.split("---\n"):
        yield "istio-system", text
    number = 0
    while left > 0:
        ns = f"team-{number:05}"
        for text in _namespace(ns, chance)[:left]:
            left -= 1
            yield ns, text
        number += 1


def _namespace(ns: str, chance: random.Random) -> list[str]:
    apps = [f"{chance.choice(WORDS)}-{index}" for index in range(APPS_PER_NAMESPACE)]
    hosts = "\n".join(f'        - "{app}.{ns}.example.com"' for app in apps)
    found = [NAMESPACE.format(ns=ns), GATEWAY.format(ns=ns, hosts=hosts)]
    for app in apps:
        facts = {
            "app": app, "ns": ns, "port": chance.choice((8080, 9080, 7070)),
            "team": chance.choice(WORDS), "replicas": chance.randint(1, 9),
        }  # fmt: skip
        found += [template.format(**facts) for template in TEMPLATES.values()]
        if chance.random() < 0.2:
            found.append(chance.choice(EXTRAS).format(**facts))
    return found


WORDS = (
    "amber", "basil", "cedar", "delta", "ember", "fable", "grove", "heron", "indigo", "jasper",
    "kelp", "lotus", "maple", "nectar", "olive", "prism", "quartz", "river", "sable", "tulip",
)  # fmt: skip


def write(count: int, directory: Path, seed: int = 1) -> None:
    """Write the documents, one file for each namespace."""
    directory.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[str]] = {}
    for ns, text in documents(count, seed):
        files.setdefault(ns, []).append(text)
    for ns, texts in files.items():
        (directory / f"{ns}.yaml").write_text("---\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]), int((*sys.argv, "1")[3]))
