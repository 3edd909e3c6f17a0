"""What does a large mesh look like? Writes seeded manifests, the same bytes for the same seed.

    python bench/generate.py RESOURCES DIRECTORY [SEED [BROKEN]]

The mix is that of a real cluster: for each application a Service, a Deployment, a DestinationRule
with subsets, a VirtualService, and now and then a Gateway, a ServiceEntry, a PeerAuthentication or
a Sidecar, spread over many namespaces, with comments and different styles of YAML. With BROKEN, one
application of so many has a VirtualService whose rules lead to what isn't there.
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
            - containerPort: 9100
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
BROKEN_ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {app}
  namespace: {ns}
spec:
  hosts: [{app}]
  http:
"""
BROKEN_RULES = 34
BROKEN_RULE = """\
    - name: step-{number}
      match:
        - uri:
            prefix: /step-{number}/
      route:
        - destination: {{host: {app}, subset: canary}}
          weight: 90
        - destination:
            host: {app}-next.{ns}.svc.cluster.local
          weight: 10
"""
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


def documents(count: int, seed: int = 1, broken: int = 0) -> Iterator[tuple[str, str]]:
    """Yield ``count`` documents with the namespace each belongs to.

    Every application whose number ``broken`` divides is broken; none is without it.
    """
    chance = random.Random(seed)
    left = count - 2
    for text in PLATFORM.split("---\n"):
        yield "istio-system", text
    number = 0
    while left > 0:
        ns = f"team-{number:05}"
        for text in _namespace(ns, chance, number * APPS_PER_NAMESPACE, broken)[:left]:
            left -= 1
            yield ns, text
        number += 1


def _namespace(ns: str, chance: random.Random, first: int, broken: int) -> list[str]:
    apps = [f"{chance.choice(WORDS)}-{index}" for index in range(APPS_PER_NAMESPACE)]
    hosts = "\n".join(f'        - "{app}.{ns}.example.com"' for app in apps)
    found = [NAMESPACE.format(ns=ns), GATEWAY.format(ns=ns, hosts=hosts)]
    for number, app in enumerate(apps, first):
        facts = {
            "app": app, "ns": ns, "port": chance.choice((8080, 9080, 7070)),
            "team": chance.choice(WORDS), "replicas": chance.randint(1, 9),
        }  # fmt: skip
        texts = {name: template.format(**facts) for name, template in TEMPLATES.items()}
        if broken and number % broken == 0:
            rules = (BROKEN_RULE.format(number=one, **facts) for one in range(BROKEN_RULES))
            texts["route"] = BROKEN_ROUTE.format(**facts) + "".join(rules)
        found += texts.values()
        if chance.random() < 0.2:
            found.append(chance.choice(EXTRAS).format(**facts))
    return found


WORDS = (
    "amber", "basil", "cedar", "delta", "ember", "fable", "grove", "heron", "indigo", "jasper",
    "kelp", "lotus", "maple", "nectar", "olive", "prism", "quartz", "river", "sable", "tulip",
)  # fmt: skip


def write(count: int, directory: Path, seed: int = 1, broken: int = 0) -> None:
    """Write the documents, one file for each namespace."""
    directory.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[str]] = {}
    for ns, text in documents(count, seed, broken):
        files.setdefault(ns, []).append(text)
    for ns, texts in files.items():
        (directory / f"{ns}.yaml").write_text("---\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[3:]]
    write(int(sys.argv[1]), Path(sys.argv[2]), *numbers)
