"""The objects that crowds are made of, and the register of crowds."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Objects = Iterator[dict[str, Any]]
CROWDS: dict[str, Callable[[int], Objects]] = {}
API = {
    "Service": "v1",
    "Namespace": "v1",
    "ServiceAccount": "v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Pod": "v1",
    "Deployment": "apps/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "AuthorizationPolicy": "security.istio.io/v1",
    "PeerAuthentication": "security.istio.io/v1",
    "RequestAuthentication": "security.istio.io/v1",
    "Telemetry": "telemetry.istio.io/v1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "ProxyConfig": "networking.istio.io/v1beta1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "ReferenceGrant": "gateway.networking.k8s.io/v1beta1",
    "GRPCRoute": "gateway.networking.k8s.io/v1",
    "TLSRoute": "gateway.networking.k8s.io/v1alpha2",
    "TCPRoute": "gateway.networking.k8s.io/v1alpha2",
    "BackendTLSPolicy": "gateway.networking.k8s.io/v1",
    "KubernetesGateway": "gateway.networking.k8s.io/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "Certificate": "cert-manager.io/v1",
    "Rollout": "argoproj.io/v1alpha1",
    "IstioOperator": "install.istio.io/v1alpha1",
}
MTLS = {"mode": "ISTIO_MUTUAL"}


def crowd(make: Callable[[int], Objects]) -> Callable[[int], Objects]:
    """Enter a crowd under its name, with dashes."""
    CROWDS[make.__name__.replace("_", "-")] = make
    return make


def thing(kind: str, name: str, namespace: str = "shop", **parts: object) -> dict[str, Any]:
    """Make one object; `meta` joins its metadata, everything else stands beside it."""
    metadata = {"name": name, "namespace": namespace} | dict(parts.pop("meta", {}))  # type: ignore[call-overload]
    version = API.get(kind, "networking.istio.io/v1")
    kind = kind.removeprefix("Kubernetes")
    return {"apiVersion": version, "kind": kind, "metadata": metadata} | parts


def service(name: str, namespace: str = "shop", app: str = "", **meta: object) -> dict[str, Any]:
    """Make a Service with one HTTP port."""
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    spec = {"selector": {"app": app or name}, "ports": ports}
    return thing("Service", name, namespace, meta=meta, spec=spec)


def workload(name: str, namespace: str = "shop", **labels: str) -> dict[str, Any]:
    """Make a Deployment whose pods carry its name as `app`."""
    labels = {"app": name} | labels
    containers = [{"name": "main", "image": "example.com/a:1", "ports": [{"containerPort": 8080}]}]
    pod = {"serviceAccountName": name, "containers": containers}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return thing("Deployment", name, namespace, spec=spec)


def namespaces(count: int, **labels: str) -> Objects:
    """Make `n-0` and so on."""
    for i in range(count):
        yield thing("Namespace", f"n-{i}", meta={"namespace": None, "labels": labels})


def virtual(name: str, hosts: Iterable[str], target: str, **spec: object) -> dict[str, Any]:
    """Make a VirtualService that sends everything to one host."""
    routes = spec.pop("http", [{"route": [{"destination": {"host": target}}]}])
    return thing("VirtualService", name, spec={"hosts": list(hosts), "http": routes} | spec)


def server(port: int, *hosts: str, name: str = "http") -> dict[str, Any]:
    """Make a plain HTTP server of a Gateway."""
    return {"port": {"number": port, "name": name, "protocol": "HTTP"}, "hosts": list(hosts)}


def gateway(name: str, *servers: object, app: str = "gate") -> dict[str, Any]:
    """Make a Gateway for the pods of an app."""
    return thing("Gateway", name, spec={"selector": {"app": app}, "servers": list(servers)})


def policy(name: str, *rules: object, **spec: object) -> dict[str, Any]:
    """Make an AuthorizationPolicy."""
    return thing("AuthorizationPolicy", name, spec={"rules": list(rules)} | spec)


def calls(principal: str) -> dict[str, Any]:
    """Make a rule that admits one principal."""
    return {"from": [{"source": {"principals": [principal]}}]}


def entry(name: str, *hosts: str, port: int = 443, **spec: object) -> dict[str, Any]:
    """Make a ServiceEntry for hosts outside, by DNS."""
    ports = [{"number": port, "name": f"tls-{port}", "protocol": "TLS"}]
    return thing(
        "ServiceEntry",
        name,
        spec={
            "hosts": list(hosts),
            "ports": ports,
            "resolution": "DNS",
            "location": "MESH_EXTERNAL",
        }
        | spec,
    )


def entry_gateway(*listeners: object) -> dict[str, Any]:
    """Make a Gateway of the Gateway API."""
    several = listeners or ({"name": "http", "port": 80, "protocol": "HTTP"},)
    return thing("KubernetesGateway", "entry", spec={
        "gatewayClassName": "istio", "listeners": list(several),
    })  # fmt: skip


def filled(name: str, **pod: object) -> dict[str, Any]:
    """Make a workload of which the first container has more fields."""
    one = workload(name)
    one["spec"]["template"]["spec"]["containers"][0] |= pod
    return one


def told_apart(count: int) -> Objects:
    """Make namespaces with a Service and a workload each."""
    yield from namespaces(count, **{"istio-injection": "enabled"})
    for i in range(count):
        yield service("web", f"n-{i}")
        yield workload("web", f"n-{i}")
