"""Small meshes with objects of the Gateway API, written as YAML."""

from typing import Any

import yaml

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, KubernetesRoute, make_resource
from meshctl.sources.documents import Document

SERVICES = """
apiVersion: v1
kind: Service
metadata: {name: tea, namespace: kettle}
spec: {ports: [{name: http, port: 80, targetPort: 8000}], selector: {app: tea}}
---
apiVersion: v1
kind: Service
metadata: {name: milk, namespace: dairy}
spec: {ports: [{name: http, port: 80, targetPort: 8000}], selector: {app: milk}}
"""


def mesh_of(text: str, *, is_whole: bool = True) -> Mesh:
    documents = [one for one in yaml.safe_load_all(text) if one]
    return Mesh([_resource(one) for one in documents], is_whole=is_whole)


def gateway(listeners: str, name: str = "door", extra: str = "") -> str:
    return f"""
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: kettle}}
spec: {{gatewayClassName: istio, listeners: [{listeners}]{extra}}}
"""


def route(
    name: str, spec: str, *, kind: str = "HTTPRoute", age: int = 0, home: str = "kettle"
) -> str:
    return f"""
---
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: {name}, namespace: {home}, creationTimestamp: "2026-03-01T10:00:{age:02}Z"}}
spec: {{{spec}}}
"""


def the_gateway(mesh: Mesh) -> KubernetesGateway:
    return mesh.of(KubernetesGateway)[0]


def the_route(mesh: Mesh) -> KubernetesRoute:
    return mesh.of(KubernetesRoute)[0]


def conditions(found: Any) -> dict[str, tuple[str, str]]:
    return {kind: (one.status, one.reason) for kind, one in found.items()}


def routes_at_gateway(mesh: Mesh, config: str = "http.80") -> dict[str, list[tuple[str, str]]]:
    """The name and path of each route, by the first domain of its virtual host."""
    [one] = mesh.gateway_api.gateways
    return {
        host.domains[0]: [(each.name, str(each.request.path.value)) for each in host.routes]
        for host in one.route_configs.get(config, ())
    }


def _resource(data: Any) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")
