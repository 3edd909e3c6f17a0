"""Compares the cost of HTTPRoutes with that of as many VirtualServices: 2,000 on 50 gateways.

Usage: python bench/gateway_api.py [ROUTES [GATEWAYS]]
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

ROUNDS = 3


def main() -> None:
    routes, gateways = (int(word) for word in (*sys.argv[1:], "2000", "50")[:2])
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("VirtualServices", istio), ("HTTPRoutes", gateway_api)):
            file = Path(folder) / f"{name}.yaml"
            file.write_text("---\n".join(make(routes, gateways)))
            seconds[name] = min(measured(file) for _ in range(ROUNDS))
            print(f"{routes} {name} on {gateways} gateways: {seconds[name]:.2f} s")
    ratio = seconds["HTTPRoutes"] / seconds["VirtualServices"]
    print(f"ratio: {ratio:.2f} (aim: at most 1.5)")


def measured(file: Path) -> float:
    start = time.perf_counter()
    analyze([str(file)], Settings(whole_mesh=True))
    return time.perf_counter() - start


def services(number: int) -> Iterator[str]:
    for index in range(number // 10):
        yield f"""apiVersion: v1
kind: Service
metadata: {{name: app-{index}, namespace: team-{index % 20}}}
spec:
  selector: {{app: app-{index}}}
  ports:
  - {{name: http, port: 80, targetPort: 8080}}
"""
        yield f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: app-{index}, namespace: team-{index % 20}}}
spec:
  selector: {{matchLabels: {{app: app-{index}}}}}
  template:
    metadata: {{labels: {{app: app-{index}}}}}
    spec:
      containers:
      - {{name: app, image: registry.example.net/app, ports: [{{containerPort: 8080}}]}}
"""


def istio(routes: int, gateways: int) -> Iterator[str]:
    yield from services(routes)
    for index in range(gateways):
        yield f"""apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: door-{index}, namespace: doors}}
spec:
  selector: {{door: door-{index}}}
  servers:
  - port: {{number: 80, name: http, protocol: HTTP}}
    hosts: ["*.door-{index}.example.net"]
"""
    for index in range(routes):
        app, door = index % (routes // 10), index % gateways
        yield f"""apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: route-{index}, namespace: team-{app % 20}}}
spec:
  hosts: [r{index}.door-{door}.example.net]
  gateways: [doors/door-{door}]
  http:
  - match:
    - uri: {{prefix: /api}}
    route:
    - destination: {{host: app-{app}, port: {{number: 80}}}}
      weight: 90
    - destination: {{host: app-{app}, port: {{number: 80}}}}
      weight: 10
  - route:
    - destination: {{host: app-{app}, port: {{number: 80}}}}
"""


def gateway_api(routes: int, gateways: int) -> Iterator[str]:
    yield from services(routes)
    for index in range(gateways):
        yield f"""apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: door-{index}, namespace: doors}}
spec:
  gatewayClassName: istio
  listeners:
  - name: http
    port: 80
    protocol: HTTP
    hostname: "*.door-{index}.example.net"
    allowedRoutes: {{namespaces: {{from: All}}}}
"""
    for index in range(routes):
        app, door = index % (routes // 10), index % gateways
        yield f"""apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: route-{index}, namespace: team-{app % 20}}}
spec:
  parentRefs:
  - {{name: door-{door}, namespace: doors}}
  hostnames: [r{index}.door-{door}.example.net]
  rules:
  - matches:
    - path: {{value: /api}}
    backendRefs:
    - {{name: app-{app}, port: 80, weight: 90}}
    - {{name: app-{app}, port: 80, weight: 10}}
  - backendRefs:
    - {{name: app-{app}, port: 80}}
"""


if __name__ == "__main__":
    main()
