"""A small mesh as an API server tells it, and the same with other JSON in any of its places."""
# ruff: noqa: ARG002 - it answers to the calls of Cluster, and says one object a line

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from meshctl.cluster.api import ClusterError, Kind, NotFoundError
from meshctl.cluster.http.lists import ListOf

ODD: tuple[Any, ...] = (
    None,
    True,
    7,
    -1.5,
    "odd",
    "",
    [],
    [None],
    ["odd", {"a": 1}],
    {},
    {"odd": [1]},
)
"""JSON of every type."""

Place = tuple[str | int, ...]


def thing(api: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    metadata = {
        "name": name,
        "namespace": "shop",
        "labels": {"app": name, "istio.io/rev": "default"},
        "annotations": {"example.com/team": "a", "sidecar.istio.io/inject": "true"},
        "ownerReferences": [{"apiVersion": "v1", "kind": "CronJob", "name": "nightly"}],
        "creationTimestamp": "2026-11-21T06:00:00Z",
        "resourceVersion": "12",
        "managedFields": [{"manager": "kubectl"}],
        "finalizers": ["example.com/f"],
        "generation": 1,
        "uid": "0",
    }
    metadata |= more.pop("metadata", {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def pod_spec(image: str = "cart:1") -> dict[str, Any]:
    probe = {"httpGet": {"path": "/", "port": 8080}}
    ports = [{"name": "http", "containerPort": 8080}]
    container = {"name": "cart", "image": image, "ports": ports, "readinessProbe": probe}
    return {
        "serviceAccountName": "cart",
        "containers": [container],
        "volumes": [{"name": "v", "emptyDir": {}}],
    }


HOOK = {
    "name": "namespace.sidecar-injector.istio.io",
    "clientConfig": {"service": {"name": "istiod", "namespace": "istio-system", "path": "/inject", "port": 443}},
    "namespaceSelector": {"matchLabels": {"istio-injection": "enabled"}},
    "objectSelector": {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]},
    "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
    "failurePolicy": "Fail", "sideEffects": "None", "admissionReviewVersions": ["v1"],
}  # fmt: skip
SYSTEM = {"namespace": "istio-system"}
TEMPLATES = json.dumps(
    {
        "policy": "enabled",
        "templates": {"sidecar": "metadata: {}\nspec:\n  containers:\n  - name: istio-proxy\n"},
    }
)
CONDITION = {
    "type": "Ready",
    "status": "True",
    "reason": "a",
    "message": "b",
    "lastTransitionTime": "2026-11-21T06:00:00Z",
}


def mesh_objects() -> list[dict[str, Any]]:
    """One object of the kinds that commands read most."""
    template = {
        "metadata": {"labels": {"app": "cart"}, "annotations": {"a": "b"}},
        "spec": pod_spec(),
    }
    return [
        thing("v1", "Namespace", "shop", metadata={"labels": {"istio-injection": "enabled"}}, status={"phase": "Active"}),
        thing("v1", "Service", "cart", spec={"selector": {"app": "cart"}, "type": "ClusterIP", "clusterIP": "10.0.0.1",
              "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]}, status={"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}),
        thing("v1", "Service", "istiod", metadata=SYSTEM, spec={"selector": {"app": "istiod"}, "ports": [{"port": 443, "targetPort": "webhook"}]}),
        thing("v1", "Pod", "cart-1", metadata={"labels": {"app": "cart"}}, spec=pod_spec(), status={"phase": "Running", "podIP": "10.1.0.1", "conditions": [CONDITION]}),
        thing("v1", "Pod", "istiod", metadata=SYSTEM, spec=pod_spec("istio/pilot:1.31.0"), status={"phase": "Running"}),
        thing("v1", "Node", "node", status={"nodeInfo": {"kubeletVersion": "v1.33.1"}}),
        thing("v1", "Secret", "key", type="kubernetes.io/tls"),
        thing("v1", "ServiceAccount", "cart"),
        thing("v1", "ConfigMap", "istio", metadata=SYSTEM, data={"mesh": "enableTracing: true\n", "meshNetworks": "networks: {}\n"}),
        thing("v1", "ConfigMap", "istio-sidecar-injector", metadata=SYSTEM, data={"config": TEMPLATES, "values": "{}"}),
        thing("apps/v1", "Deployment", "cart", spec={"replicas": 1, "selector": {"matchLabels": {"app": "cart"}}, "template": template}, status={"replicas": 1, "conditions": [CONDITION]}),
        thing("batch/v1", "Job", "nightly", spec={"template": template}, status={"succeeded": 1}),
        thing("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "injector", metadata={"labels": {"istio.io/rev": "default", "istio.io/tag": "default"}}, webhooks=[HOOK]),
        thing("networking.istio.io/v1", "VirtualService", "cart", spec={"hosts": ["cart"], "gateways": ["mesh", "entry"], "exportTo": ["*"],
              "http": [{"match": [{"uri": {"prefix": "/"}}], "route": [{"destination": {"host": "cart", "subset": "v1", "port": {"number": 80}}, "weight": 100}], "timeout": "1s"}]},
              status={"conditions": [CONDITION], "observedGeneration": 1, "validationMessages": [{"type": {"code": "IST0101"}}]}),
        thing("networking.istio.io/v1", "DestinationRule", "cart", spec={"host": "cart", "trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}, "subsets": [{"name": "v1", "labels": {"app": "cart"}}]}),
        thing("networking.istio.io/v1", "Gateway", "entry", spec={"selector": {"app": "cart"}, "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]}),
        thing("security.istio.io/v1", "PeerAuthentication", "default", spec={"mtls": {"mode": "STRICT"}, "selector": {"matchLabels": {"app": "cart"}}, "portLevelMtls": {"8080": {"mode": "DISABLE"}}}),
        thing("security.istio.io/v1", "AuthorizationPolicy", "cart", spec={"action": "ALLOW", "rules": [{"from": [{"source": {"principals": ["*"]}}], "to": [{"operation": {"ports": ["8080"]}}]}]}),
        thing("gateway.networking.k8s.io/v1", "Gateway", "kube", spec={"gatewayClassName": "istio", "listeners": [{"name": "a", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}]},
              status={"addresses": [{"type": "IPAddress", "value": "1.2.3.4"}], "conditions": [CONDITION], "listeners": [{"name": "a", "attachedRoutes": 1, "conditions": [CONDITION]}]}),
        thing("gateway.networking.k8s.io/v1", "HTTPRoute", "kube", spec={"parentRefs": [{"name": "kube"}], "hostnames": ["a.test"], "rules": [{"backendRefs": [{"name": "cart", "port": 80}]}]},
              status={"parents": [{"parentRef": {"name": "kube"}, "controllerName": "istio.io/gateway-controller", "conditions": [CONDITION]}]}),
    ]  # fmt: skip


def places(node: Any, path: Place = ()) -> Iterator[Place]:
    """Walk the paths of everything in a document."""
    keys = range(len(node)) if isinstance(node, list) else node if isinstance(node, dict) else ()
    for key in keys:
        yield (*path, key)
        yield from places(node[key], (*path, key))


def put(node: Any, path: Place, value: Any) -> None:
    """Write a value into a place, as far as it is still there."""
    for key in path[:-1]:
        if not isinstance(node, list | dict):
            return
        try:
            node = node[key]
        except (LookupError, TypeError):
            return
    if (isinstance(node, list) and isinstance(path[-1], int) and path[-1] < len(node)) or (
        isinstance(node, dict) and isinstance(path[-1], str)
    ):
        node[path[-1]] = value


class OddCluster:
    """Serves objects of whatever shape by the kind that they had."""

    name, namespace = "odd", "shop"

    def __init__(self, kinds: list[tuple[str, str]], objects: list[Any], versions: Any) -> None:
        self._kinds, self._objects, self._versions = kinds, objects, versions

    def request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Any:
        if path == "/apis":
            return self._versions
        if method == "POST":
            return {"status": {"token": 7}}
        for (api, kind), item in zip(self._kinds, self._objects, strict=True):
            if path.endswith(f"/{_name(item)}") and f"/{api}/" in path and kind.lower() in path:
                return item
        raise NotFoundError(f"there is no {path}")

    def list(
        self, kind: Kind, namespace: str = "", selector: str = "", *, metadata_only: bool = False
    ) -> Iterator[dict[str, Any]]:
        del namespace, selector
        wanted = ListOf(kind, metadata_only=metadata_only)
        for served, item in zip(self._kinds, self._objects, strict=True):
            if served == (kind.api_version, kind.kind) and isinstance(item, dict):
                yield wanted.identified(item)

    @contextmanager
    def forward(self, namespace: str, pod: str, port: int) -> Iterator[Any]:
        raise ClusterError(f"port {port} of pod {namespace}/{pod} cannot be reached")
        yield

    def watch(self, *_: object) -> Any:
        raise NotImplementedError


def _name(item: Any) -> str:
    metadata = item.get("metadata") if isinstance(item, dict) else None
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def versions_of(kinds: list[tuple[str, str]]) -> dict[str, Any]:
    """The answer to /apis."""
    groups = {api.partition("/")[::2] for api, _ in kinds if "/" in api}
    return {
        "groups": [
            {"name": name, "versions": [{"version": version}]} for name, version in sorted(groups)
        ]
    }


def review_patch(*operations: Any) -> str:
    """A patch as an AdmissionReview has it."""
    return base64.b64encode(json.dumps(operations).encode()).decode()
