"""Writes the meshes and reports of which pictures and pages are measured.

A mesh of N services has a Deployment each, routes with two subsets for every other one, a policy for
every third, and settings that name the next service.
"""

from collections.abc import Iterator
from pathlib import Path

NAMESPACES = 40

_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: s{n}, namespace: team-{home}}}
spec: {{selector: {{app: s{n}}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: s{n}, namespace: team-{home}}}
spec:
  selector: {{matchLabels: {{app: s{n}}}}}
  template:
    metadata: {{labels: {{app: s{n}, version: v1}}}}
    spec:
      serviceAccountName: s{n}
      containers: [{{name: app, image: app, env: [{{name: NEXT, value: "http://s{next}.team-{there}:80"}}]}}]
"""
_ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: s{n}, namespace: team-{home}}}
spec:
  hosts: [s{n}]
  http:
    - route:
        - {{destination: {{host: s{n}, subset: v1}}, weight: 90}}
        - {{destination: {{host: s{n}, subset: v2}}, weight: 10}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: s{n}, namespace: team-{home}}}
spec:
  host: s{n}
  subsets: [{{name: v1, labels: {{version: v1}}}}, {{name: v2, labels: {{version: v2}}}}]
"""
_POLICY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: s{n}, namespace: team-{home}}}
spec:
  selector: {{matchLabels: {{app: s{n}}}}}
  rules: [{{from: [{{source: {{principals: [cluster.local/ns/team-{there}/sa/s{next}]}}}}]}}]
"""
_NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata: {{name: team-{home}, labels: {{istio-injection: enabled}}}}
"""
_BROKEN = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: checkout-service-{n}
  namespace: team-{home}
spec:
  hosts:
    - checkout-{n}.team-{home}.svc.cluster.local
  http:
    - name: everything
      route:
        - destination:
            host: checkout-{n}.team-{home}.svc.cluster.local
    - name: api
      match:
        - uri:
            prefix: /api/v{n}
      route:
        - destination:
            host: checkout-{n}.team-{home}.svc.cluster.local
"""


def write_services(count: int, file: Path) -> None:
    """Write a mesh of so many services."""
    file.write_text("---\n".join(_services(count)), encoding="utf-8")


def write_broken(count: int, file: Path) -> None:
    """Write so many VirtualServices, each with one finding that has two places."""
    texts = (_BROKEN.format(n=n, home=n % NAMESPACES) for n in range(count))
    file.write_text("---\n".join(texts), encoding="utf-8")


def _services(count: int) -> Iterator[str]:
    yield from (_NAMESPACE.format(home=home) for home in range(NAMESPACES))
    for n in range(count):
        other = (n * 7 + 3) % count
        facts = {"n": n, "home": n % NAMESPACES, "next": other, "there": other % NAMESPACES}
        yield _SERVICE.format(**facts)
        if n % 2 == 0:
            yield _ROUTE.format(**facts)
        if n % 3 == 0:
            yield _POLICY.format(**facts)
