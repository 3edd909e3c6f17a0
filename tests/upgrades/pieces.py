"""Makes the objects of meshes that the tests of changes are about."""

from typing import Any

import yaml

Object = dict[str, Any]


def text(*objects: Object | str) -> str:
    """Write objects as one file."""
    return "---\n".join(
        one if isinstance(one, str) else yaml.safe_dump(one, sort_keys=False) for one in objects
    )


def obj(
    version: str, kind: str, name: str = "one", /, namespace: str = "shop", **rest: Any
) -> Object:
    meta = {"name": name, "namespace": namespace, **rest.pop("metadata", {})}
    return {"apiVersion": version, "kind": kind, "metadata": meta, **rest}


def istiod(tag: str = "", /, **env: str) -> Object:
    """The Deployment of a control plane, by default of no version that its image tells."""
    container: Object = {"name": "discovery", "image": f"registry.example.net/pilot:{tag or 'own'}"}
    container["env"] = [{"name": name, "value": value} for name, value in env.items()]
    labels = {"app": "istiod"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return obj("apps/v1", "Deployment", "istiod", namespace="istio-system", spec=spec,
               metadata={"labels": labels})  # fmt: skip


def operator(**spec: Any) -> Object:
    return obj("install.istio.io/v1alpha1", "IstioOperator", "main", namespace="istio-system",
               spec=spec)  # fmt: skip


def values(path: str, value: Any) -> Object:
    """An IstioOperator that sets one value of the charts."""
    tree: Any = value
    for part in reversed(path.split(".")):
        tree = {part: tree}
    return operator(values=tree)


def helm(chart: str, /, name: str = "one", **values: Any) -> Object:
    """A HelmRelease of one of Istio's charts."""
    spec = {"chart": {"spec": {"chart": chart}}, "values": values}
    return obj(
        "helm.toolkit.fluxcd.io/v2", "HelmRelease", name, namespace="istio-system", spec=spec
    )


def mesh(**config: Any) -> Object:
    """The ConfigMap with the mesh config."""
    return obj("v1", "ConfigMap", "istio", namespace="istio-system",
               data={"mesh": yaml.safe_dump(config)})  # fmt: skip


def workload(name: str = "web", /, labels: Object | None = None, kind: str = "Deployment",
             annotations: Object | None = None, namespace: str = "shop", **spec: Any) -> Object:  # fmt: skip
    own = {"app": name} if labels is None else labels
    pod = {"containers": [{"name": "app", "image": "registry.example.net/app:1"}], **spec}
    meta = {"labels": own, "annotations": annotations or {}}
    body = {"selector": {"matchLabels": own}, "template": {"metadata": meta, "spec": pod}}
    return obj("apps/v1", kind, name, namespace=namespace, spec=body)


def service(name: str = "web", /, namespace: str = "shop", **spec: Any) -> Object:
    body = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80}], **spec}
    return obj("v1", "Service", name, namespace=namespace, spec=body)


def rule(
    host: str = "web", /, name: str = "one", version: str = "v1beta1", **policy: Any
) -> Object:
    spec: Object = {"host": host}
    if "exportTo" in policy:
        spec["exportTo"] = policy.pop("exportTo")
    if policy:
        spec["trafficPolicy"] = policy
    return obj(f"networking.istio.io/{version}", "DestinationRule", name, spec=spec)


def routes(
    *http: Object, gateways: list[str] | None = None, hosts: list[str] | None = None
) -> Object:
    spec: Object = {"hosts": hosts or ["web"], "http": list(http)}
    if gateways:
        spec["gateways"] = gateways
    return obj("networking.istio.io/v1beta1", "VirtualService", "one", spec=spec)


def route(host: str = "web", /, **rest: Any) -> Object:
    return {**rest, "route": [{"destination": {"host": host}}]}


def entry(*hosts: str, name: str = "one", namespace: str = "shop", **spec: Any) -> Object:
    port = {"number": 443, "name": "tls", "protocol": "TLS"}
    body = {"hosts": list(hosts) or ["api.example.com"], "ports": [port], **spec}
    return obj("networking.istio.io/v1beta1", "ServiceEntry", name, namespace=namespace, spec=body)


def patch(
    value: Object, apply_to: str = "HTTP_FILTER", operation: str = "ADD", **match: Any
) -> Object:
    one: Object = {"applyTo": apply_to, "patch": {"operation": operation, "value": value}}
    if match:
        one["match"] = match
    return obj("networking.istio.io/v1alpha3", "EnvoyFilter", "one", spec={"configPatches": [one]})


def beside(name: str, level: str = "subFilter", operation: str = "INSERT_BEFORE") -> Object:
    """An EnvoyFilter that inserts a filter next to a named one."""
    manager = {"name": "envoy.filters.network.http_connection_manager"}
    found = {**manager, "subFilter": {"name": name}} if level else {"name": name}
    return patch({"name": "envoy.filters.http.lua"}, operation=operation,
                 listener={"filterChain": {"filter": found}})  # fmt: skip


def telemetry(**spec: Any) -> Object:
    return obj("telemetry.istio.io/v1alpha1", "Telemetry", spec=spec)


def namespace(name: str, /, **labels: str) -> Object:
    fixed = {key.replace("__", "/").replace("_", "-"): value for key, value in labels.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": fixed}}


def ambient(name: str = "shop") -> Object:
    meta = {"name": name, "labels": {"istio.io/dataplane-mode": "ambient"}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def injected(name: str = "shop") -> Object:
    meta = {"name": name, "labels": {"istio-injection": "enabled"}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def node(version: str, name: str = "node-1") -> Object:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name},
            "status": {"nodeInfo": {"kubeletVersion": version}}}  # fmt: skip


def crd(name: str, /, bundle: str = "", **labels: str) -> Object:
    meta: Object = {"name": name, "labels": labels}
    if bundle:
        meta["annotations"] = {"gateway.networking.k8s.io/bundle-version": bundle}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": meta}  # fmt: skip


def alert(expression: str) -> Object:
    rules = [{"alert": "one", "expr": expression}]
    return obj("monitoring.coreos.com/v1", "PrometheusRule",
               spec={"groups": [{"name": "mesh", "rules": rules}]})  # fmt: skip


GATEWAY_API = "gateway.networking.k8s.io"


def gateway(name: str = "door", /, namespace: str = "shop", protocol: str = "HTTP", cls: str = "istio",
            metadata: Object | None = None) -> Object:  # fmt: skip
    listener = {"name": "one", "port": 80, "protocol": protocol}
    return obj(f"{GATEWAY_API}/v1", "Gateway", name, namespace=namespace, metadata=metadata or {},
               spec={"gatewayClassName": cls, "listeners": [listener]})  # fmt: skip
