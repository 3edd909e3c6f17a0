"""Small meshes for the tests of TLS: objects in a few words."""

from typing import Any

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

GROUPS = {
    "Service": "v1",
    "Namespace": "v1",
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DestinationRule": "networking.istio.io/v1",
    "ServiceEntry": "networking.istio.io/v1",
    "Sidecar": "networking.istio.io/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "VirtualService": "networking.istio.io/v1",
    "PeerAuthentication": "security.istio.io/v1",
    "BackendTLSPolicy": "gateway.networking.k8s.io/v1",
}


def thing(kind: str, name: str, spec: Any = None, age: int | None = None, **metadata: Any) -> Any:
    """One object; ``name`` is ``namespace/name``, ``age`` a day of January."""
    namespace, _, short = name.rpartition("/")
    data = {
        "apiVersion": GROUPS[kind],
        "kind": kind,
        "spec": spec,
        "metadata": {"name": short, **metadata},
    }
    if namespace:
        data["metadata"]["namespace"] = namespace
    if age is not None:
        data["metadata"]["creationTimestamp"] = f"2026-01-{age:02}T00:00:00Z"
    return make_resource(Document("mesh.yaml", 1, "", data), data, (), "default")


def namespace(name: str) -> Any:
    return thing("Namespace", name, labels={"istio-injection": "enabled"})


def service(name: str, *, headless: bool = False, port: str = "http") -> Any:
    spec = {
        "selector": {"app": name.rpartition("/")[2]},
        "ports": [{"name": port, "port": 80, "targetPort": 8080}],
    }
    return thing("Service", name, {**spec, **({"clusterIP": "None"} if headless else {})})


def workload(name: str, kind: str = "Deployment", **labels: str) -> Any:
    metadata = {"labels": {"app": name.rpartition("/")[2], **labels}}
    pods = {"metadata": metadata, "spec": {"containers": [{"name": "app"}]}}
    return thing(kind, name, {"template": pods})


def rule(name: str, host: str, age: int | None = None, **spec: Any) -> Any:
    return thing("DestinationRule", name, {"host": host, **spec}, age)


def policy(name: str, mode: str | None, age: int | None = None, **spec: Any) -> Any:
    mtls = {"mtls": {"mode": mode}} if mode else {}
    return thing("PeerAuthentication", name, {**mtls, **spec}, age)


def tls(mode: str, **more: Any) -> dict[str, Any]:
    return {"trafficPolicy": {"tls": {"mode": mode}, **more}}


def mesh(*resources: Any, config: MeshConfig | None = None, is_whole: bool = False) -> Mesh:
    return Mesh(resources, config or MeshConfig(), is_whole=is_whole)


OFF = {"sidecar.istio.io/inject": "false"}
