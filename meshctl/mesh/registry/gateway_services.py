"""The Services that istiod makes for Gateways of the Gateway API.

Mirrors IsManaged, extractServicePorts and configureIstioGateway (pilot/pkg/config/kube/gatewaycommon,
deploymentcontroller.go and gateway_utils.go), and the templates kube-gateway.yaml and waypoint.yaml of
the chart istio-discovery, Istio 1.31.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from meshctl.istio.labels import GATEWAY_CLASS, GATEWAY_MANAGED, GATEWAY_NAME
from meshctl.mesh.core.gateway_classes import Controller, GatewayClasses
from meshctl.resources import (
    GatewayClass,
    GeneratedService,
    KubernetesGateway,
    KubernetesListener,
    ListenerSet,
)

if TYPE_CHECKING:
    from meshctl.resources import MadeWorkload

NAME_OVERRIDE = "gateway.istio.io/name-override"
_ACCOUNT = "gateway.istio.io/service-account"
_STATUS_PORT = 15021
_DEFAULT_PORTS = {"HTTP": 80, "HTTPS": 443}
_MADE = frozenset({Controller.GATEWAY, Controller.WAYPOINT, Controller.EAST_WEST})


def port_of(listener: KubernetesListener) -> int:
    """Read the port; one of a ListenerSet may leave it to the protocol. 0 is none."""
    if listener.port:
        return listener.port
    is_of_set = isinstance(listener.resource, ListenerSet)
    return _DEFAULT_PORTS.get(listener.protocol, 0) if is_of_set else 0


def is_managed(gateway: KubernetesGateway) -> bool:
    """Does istiod make the Deployment and Service? With one host name as address it doesn't."""
    addresses = gateway.addresses
    if len(addresses) > 1:
        return False
    return not addresses or addresses[0].text("type", "IPAddress") == "IPAddress"


def deployment_name(gateway: KubernetesGateway, controller: Controller) -> str:
    """Name the Deployment, Service and ServiceAccount that istiod makes for a Gateway."""
    default = gateway.name
    if controller.adds_class_to_names:
        default = f"{gateway.name}-{gateway.class_name}"
    return gateway.annotations.get(NAME_OVERRIDE) or default


def made_pods(gateway: KubernetesGateway, classes: GatewayClasses) -> "MadeWorkload | None":
    """The pods that istiod runs for a Gateway, with their ServiceAccount; not those of waypoints.

    An overridden name of the Deployment is none of the ServiceAccount (deploymentcontroller.go).
    """
    from meshctl.resources import MadeWorkload  # noqa: PLC0415 - few commands ask for pods

    controller = classes.controller(gateway.class_name)
    if controller is not Controller.GATEWAY or not is_managed(gateway):
        return None
    account = gateway.annotations.get(_ACCOUNT) or f"{gateway.name}-{gateway.class_name}"
    labels = gateway.spec.child("infrastructure").labels_of("labels")
    data = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": deployment_name(gateway, controller),
            "namespace": gateway.namespace,
        },
        "spec": {"template": {
            "metadata": {"labels": {**labels, GATEWAY_NAME: gateway.name}},
            "spec": {"serviceAccountName": account},
        }},
    }  # fmt: skip
    return MadeWorkload(gateway, data, {})


def generated_services(
    gateways: Iterable[KubernetesGateway], sets: Iterable[ListenerSet],
    classes: Iterable[GatewayClass], written: frozenset[str],
) -> Iterator[GeneratedService]:  # fmt: skip
    """Make the Services of Gateways, but for those whose ``namespace/name`` is among ``written``."""
    known = GatewayClasses(classes)
    more: dict[str, list[KubernetesListener]] = {}
    for listener_set in sets:
        more.setdefault(listener_set.gateway_name, []).extend(listener_set.listeners)
    for gateway in gateways:
        controller = known.controller(gateway.class_name)
        if controller is None or controller not in _MADE or not is_managed(gateway):
            continue
        name = deployment_name(gateway, controller)
        if f"{gateway.namespace}/{name}" not in written:
            listeners = (*gateway.listeners, *more.get(gateway.key_name, ()))
            yield GeneratedService(gateway, _service(gateway, controller, name, listeners))


def _service(
    gateway: KubernetesGateway,
    controller: Controller,
    name: str,
    listeners: Iterable[KubernetesListener],
) -> Mapping[str, Any]:
    extra = gateway.spec.child("infrastructure")
    annotations = extra.labels_of("annotations") or gateway.annotations
    labels = extra.labels_of("labels") or gateway.labels
    ports = {_STATUS_PORT: ("status-port", "tcp")}
    for listener in listeners:
        number = port_of(listener)
        if number and number not in ports:
            ports[number] = listener.name, listener.protocol.lower()
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name, "namespace": gateway.namespace, "annotations": annotations,
            "labels": {
                **labels, GATEWAY_NAME: gateway.name, GATEWAY_CLASS: gateway.class_name,
                GATEWAY_MANAGED: controller.value.replace("/", "-"),
            },
        },
        "spec": {
            "selector": {GATEWAY_NAME: gateway.name},
            "ports": [
                {"name": called, "port": number, "appProtocol": protocol}
                for number, (called, protocol) in ports.items()
            ],
        },
    }  # fmt: skip
