"""Small meshes of ambient mode, for tests of what ztunnel and waypoints get."""

from typing import Any

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Resource, make_resource
from meshctl.sources.documents import Document

AMBIENT = {"istio.io/dataplane-mode": "ambient"}
REDIRECTED = {"ambient.istio.io/redirection": "enabled"}
READY = {
    "phase": "Running",
    "podIP": "10.1.0.1",
    "conditions": [{"type": "Ready", "status": "True"}],
}
_VERSIONS = {
    "Gateway": "gateway.networking.k8s.io/v1", "GatewayClass": "gateway.networking.k8s.io/v1",
    "AuthorizationPolicy": "security.istio.io/v1", "PeerAuthentication": "security.istio.io/v1",
    "VirtualService": "networking.istio.io/v1", "Deployment": "apps/v1",
    "RequestAuthentication": "security.istio.io/v1", "ServiceEntry": "networking.istio.io/v1",
}  # fmt: skip


def make(kind: str, key: str, spec: Any = None, *, labels: Any = None, **rest: Any) -> Any:
    """Make an object of a kind: ``key`` is ``namespace/name``, or the name of a Namespace."""
    namespace, _, name = key.rpartition("/")
    metadata: dict[str, Any] = {"name": name, "labels": labels or {}}
    metadata |= {"namespace": namespace} if namespace else {}
    metadata |= {"annotations": rest.pop("annotations", {})}
    data = {"apiVersion": _VERSIONS.get(kind, "v1"), "kind": kind, "metadata": metadata, **rest}
    data |= {"spec": spec} if spec is not None else {}
    return make_resource(Document("f", 1, "", data), data, (), "default")


def namespace(name: str, **labels: str) -> Any:
    """Make a Namespace in ambient mode, with more labels."""
    more = {f"istio.io/{key.replace('_', '-')}": text for key, text in labels.items()}
    return make("Namespace", name, labels=AMBIENT | more)


def pod(key: str, app: str = "shop", **rest: Any) -> Any:
    """Make a running pod that the CNI agent has redirected, unless ``annotations`` say otherwise."""
    annotations = rest.pop("annotations", REDIRECTED)
    labels = {"app": app} | rest.pop("labels", {})
    spec = {
        "serviceAccountName": app,
        "containers": [{"name": "app", "ports": [{"containerPort": 8080}]}],
    }
    return make("Pod", key, spec, labels=labels, annotations=annotations, status=READY)


def service(key: str, app: str = "shop", **rest: Any) -> Any:
    """Make a Service with an HTTP port 80 and a TCP port 9000."""
    ports = [
        {"name": "http", "port": 80, "targetPort": 8080},
        {"name": "tcp", "port": 9000, "targetPort": 9000},
    ]
    spec = {"clusterIP": "10.96.0.1", "selector": {"app": app}, "ports": ports}
    return make("Service", key, spec | rest.pop("spec", {}), **rest)


def waypoint(key: str, origin: Any = "Same", *, ready: bool = True, **rest: Any) -> Any:
    """Make a waypoint; ``origin`` is what ``allowedRoutes`` say of namespaces."""
    namespaces = {"from": origin} if isinstance(origin, str) else origin
    listener = {
        "name": "mesh",
        "port": 15008,
        "protocol": "HBONE",
        "allowedRoutes": {"namespaces": namespaces},
    }
    home, _, name = key.partition("/")
    address = {"type": "Hostname", "value": f"{name}.{home}.svc.cluster.local"}
    status = {"status": {"addresses": [address]} if ready else {}}
    spec = {"gatewayClassName": "istio-waypoint", "listeners": [listener]}
    return make("Gateway", key, spec, **status, **rest)


def policy(key: str, *rules: Any, action: str = "ALLOW", **spec: Any) -> Any:
    """Make an AuthorizationPolicy."""
    annotations = spec.pop("annotations", {})
    written = {"action": action, "rules": list(rules), **spec}
    return make("AuthorizationPolicy", key, written, annotations=annotations)


def peer(key: str, mode: str = "", ports: Any = None, **spec: Any) -> Any:
    """Make a PeerAuthentication; ``ports`` are modes by number."""
    written: dict[str, Any] = dict(spec)
    written |= {"mtls": {"mode": mode}} if mode else {}
    if ports:
        written["portLevelMtls"] = {str(port): {"mode": one} for port, one in ports.items()}
    return make("PeerAuthentication", key, written)


def mesh(*objects: Resource, **config: Any) -> Mesh:
    """Make a complete mesh of objects."""
    return Mesh(objects, MeshConfig.parse(config), is_whole=True)
