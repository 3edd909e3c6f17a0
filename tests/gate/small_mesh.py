"""A small live mesh, and reviews of changes to it."""

from typing import Any

import yaml

from meshctl.cluster.snapshot import document_of
from meshctl.gate.decision import Judge
from meshctl.gate.policy import Answering, Gate, Mode
from meshctl.gate.review import Review, read_review
from meshctl.gate.snapshot import Snapshot
from meshctl.resources import Resource, make_resource
from meshctl.settings import Settings

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: bank, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  selector: {app: cart}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: v1}}
    spec:
      containers: [{name: cart, image: registry.test/cart, ports: [{containerPort: 8080}]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http: [{route: [{destination: {host: cart, port: {number: 80}}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  trafficPolicy: {connectionPool: {http: {http1MaxPendingRequests: 100}}}
"""


def objects(text: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(text) if one]


def resource(data: dict[str, Any]) -> Resource:
    born = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    data = {**data, "metadata": born | data["metadata"]}
    document = document_of("test", data)
    return make_resource(document, document.data, (), "default")


def snapshot(*texts: str) -> Snapshot:
    return Snapshot(resource(one) for text in texts for one in objects(text))


def gate(
    state: Snapshot, mode: Mode = Mode.ENFORCE, settings: Settings | None = None, **more: Any
) -> Gate:
    """A gate that takes its time, whatever else the machine does."""
    judge = Judge(state, settings or Settings(), budget=60)
    return Gate(state, judge, Answering(mode, **more))


def review(
    new: str | None = None, old: str | None = None, user: str = "jane", **more: Any
) -> dict[str, Any]:
    """What an API server would send."""
    after = objects(new)[0] if new else None
    before = objects(old)[0] if old else None
    shown = after or before
    group, _, version = shown["apiVersion"].rpartition("/")
    operation = "DELETE" if after is None else "UPDATE" if before is not None else "CREATE"
    request = {
        "uid": "7f1d-01",
        "kind": {"group": group, "version": version, "kind": shown["kind"]},
        "namespace": shown["metadata"].get("namespace", ""),
        "name": shown["metadata"]["name"],
        "operation": operation,
        "userInfo": {"username": user},
        "object": after,
        "oldObject": before,
        "dryRun": False,
    }
    return {
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request | more,
    }  # fmt: skip


def asked(*args: Any, **more: Any) -> Review:
    return read_review(review(*args, **more))
