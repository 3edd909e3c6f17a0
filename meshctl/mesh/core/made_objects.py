"""Objects that other controllers make, and that the mesh stands on though no file has them.

Flagger 1.41 makes of a Canary three Services, a copy of its Deployment, a VirtualService and two
DestinationRules (pkg/canary/deployment_controller.go, pkg/router of its source). Knative makes of
its Service pods and a Service of Kubernetes, which leads to its gateway (pkg/reconciler/route and
revision of Knative Serving). What the input has itself, as a cluster does, isn't made again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshctl.resources import (
    Canary,
    KnativeService,
    Made,
    MadeDestinationRule,
    MadeService,
    MadeVirtualService,
    MadeWorkload,
    Resource,
    Workload,
)
from meshctl.resources.kubernetes.canary import PRIMARY
from meshctl.resources.view import Path, Ref

_KNATIVE_GATEWAY = "knative-local-gateway.istio-system.svc.cluster.local"
_HTTP_FIELDS = ("match", "rewrite", "timeout", "retries", "corsPolicy", "headers")


def made_objects(resources: Sequence[Resource]) -> list[Made]:
    """Make what controllers will make of these, and what isn't among them yet."""
    present = {_identity(one): one for one in resources}
    found: list[Made] = []
    for resource in resources:
        if isinstance(resource, Canary):
            made = _of_canary(resource, present)
        elif isinstance(resource, KnativeService):
            made = _of_knative(resource)
        else:
            continue
        found += (one for one in made if present.setdefault(_identity(one), one) is one)
    return found


_Identity = tuple[str, str, str, str]


def _identity(resource: Resource) -> _Identity:
    return resource.group, resource.kind, resource.namespace, resource.name


def _of_canary(canary: Canary, present: Mapping[_Identity, Resource]) -> Iterator[Made]:
    kind = canary.target.text("kind") or "Deployment"
    target = present.get(("apps", kind, canary.namespace, canary.target.text("name")))
    selector: dict[str, str] = {}
    if isinstance(target, Workload):
        label = canary.label_of(target)
        if label:
            selector = {label: target.spec.child("selector").labels_of("matchLabels")[label]}
            yield _primary(canary, target, label)
    primary = {label: f"{value}{PRIMARY}" for label, value in selector.items()}
    name = canary.service_name
    for suffix, key, chosen in (
        ("", "apex", primary), (PRIMARY, "primary", primary), ("-canary", "canary", selector),
    ):  # fmt: skip
        yield _service(canary, f"{name}{suffix}", key, chosen)
    for suffix in (PRIMARY, "-canary"):
        origins: dict[Path, Ref] = {
            (): canary.service.at(),
            ("spec", "trafficPolicy"): canary.service.at("trafficPolicy"),
        }
        spec = {"host": f"{name}{suffix}", **_fields(canary, ("trafficPolicy",))}
        yield MadeDestinationRule(
            canary, _istio(canary, "DestinationRule", f"{name}{suffix}", spec), origins
        )
    yield _virtual_service(canary)


def _primary(canary: Canary, target: Workload, label: str) -> MadeWorkload:
    labels = target.spec.child("selector").labels_of("matchLabels")
    changed = {label: f"{labels[label]}{PRIMARY}"}
    template: dict[str, Any] = dict(target.template.data)
    metadata = dict(target.template.child("metadata").data)
    metadata["labels"] = {**target.pod_labels, **changed}
    template["metadata"] = metadata
    data = {
        "apiVersion": target.api_version,
        "kind": target.kind,
        "metadata": {"name": f"{target.name}{PRIMARY}", "namespace": canary.namespace},
        "spec": {**target.spec.data, "selector": {"matchLabels": changed}, "template": template},
    }
    return MadeWorkload(canary, data, {(): canary.target.at("name")})


def _service(canary: Canary, name: str, key: str, selector: Mapping[str, str]) -> MadeService:
    written = canary.service
    number = written.number("port") or 0
    port = {"name": written.text("portName") or "http", "port": number}
    port |= _fields(canary, ("targetPort", "appProtocol"))
    spec: dict[str, Any] = {"ports": [port], "selector": dict(selector)}
    if written.flag("headless"):
        spec["clusterIP"] = "None"
    data = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": canary.namespace,
            "annotations": written.child(key).labels_of("annotations"),
        },
        "spec": spec,
    }
    return MadeService(canary, data, {(): written.at("port")})


def _virtual_service(canary: Canary) -> MadeVirtualService:
    written, name = canary.service, canary.service_name
    port = written.number("port") or 0
    spec: dict[str, Any] = {}
    if not written.flag("delegation"):
        gateways = list(written.texts("gateways")) or ["mesh"]
        # Its own name is for the mesh: at gateways alone, nobody asks for it.
        has_own = {name, "*"} & set(canary.hosts) or (canary.hosts and "mesh" not in gateways)
        spec["hosts"] = [*canary.hosts, *(() if has_own else (name,))]
        spec["gateways"] = gateways
    route = [
        {"destination": {"host": f"{name}{suffix}", "port": {"number": port}}, "weight": weight}
        for suffix, weight in ((PRIMARY, 100), ("-canary", 0))
    ]
    if written.text("appProtocol").lower() == "tcp":
        spec["tcp"] = [{**_fields(canary, ("match",)), "route": route}]
    else:
        spec["http"] = [{**_fields(canary, _HTTP_FIELDS), "route": route}]
    origins: dict[Path, Ref] = {(): written.at(), ("spec", "hosts"): written.at("hosts")}
    origins["spec", "gateways"] = written.at("gateways")
    for kind in ("http", "tcp"):
        origins["spec", kind, 0] = written.at()
        origins["spec", kind, 0, "route"] = written.at("port")
    return MadeVirtualService(canary, _istio(canary, "VirtualService", name, spec), origins)


def _fields(canary: Canary, keys: Sequence[str]) -> dict[str, Any]:
    return {key: canary.service.data[key] for key in keys if canary.service.has(key)}


def _istio(canary: Canary, kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": canary.namespace},
        "spec": spec,
    }


def _of_knative(service: KnativeService) -> Iterator[Made]:
    metadata = {"name": service.name, "namespace": service.namespace}
    name: dict[Path, Ref] = {(): service.at("metadata", "name")}
    ports = [{"name": "http2", "port": 80}]
    spec = {"type": "ExternalName", "externalName": _KNATIVE_GATEWAY, "ports": ports}
    yield MadeService(
        service, {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}, name
    )
    template, revision = service.template, f"{service.name}-00001"
    made = {
        "app": revision,
        "serving.knative.dev/service": service.name,
        "serving.knative.dev/configuration": service.name,
        "serving.knative.dev/revision": revision,
    }
    inner = dict(template.child("metadata").data)
    inner["labels"] = {**made, **template.child("metadata").labels_of("labels")}
    data = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata, "name": f"{revision}-deployment"},
        "spec": {
            "selector": {"matchLabels": {"serving.knative.dev/revision": revision}},
            "template": {"metadata": inner, "spec": template.child("spec").data},
        },
    }
    origins = dict(name)
    origins["spec", "template"] = service.spec.at("template")
    yield MadeWorkload(service, data, origins)
