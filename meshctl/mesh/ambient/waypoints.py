"""All waypoints, and the one that serves a Service or a pod.

Mirrors WaypointsCollection and fetchWaypointFor… (pilot/pkg/serviceregistry/ambient/waypoints.go,
Istio 1.31): a Gateway of any class is a waypoint once its status has an address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.istio.ambient import (
    HBONE,
    HBONE_PORT,
    INBOUND_BINDING,
    MANAGED_EAST_WEST,
    MANAGED_WAYPOINT,
    WAYPOINT_FOR,
)
from meshctl.istio.labels import GATEWAY_MANAGED, GATEWAY_NAME, NAMESPACE_NAME, USE_WAYPOINT
from meshctl.mesh.ambient.waypoint_use import WaypointUse, own_waypoint, use_of
from meshctl.mesh.core.selectors import matches
from meshctl.resources import (
    GatewayClass,
    KubernetesGateway,
    KubernetesListener,
    Namespace,
    Resource,
    Service,
    ServiceEntry,
    View,
    Workload,
)
from meshctl.resources.view import views
from meshctl.words import whole_number

SERVICE, WORKLOAD, ALL = "service", "workload", "all"
_PROXY_PROTOCOL = "istio.io/PROXY"


@dataclass(frozen=True, slots=True, eq=False)
class Waypoint:
    """A Gateway as a waypoint.

    ``address`` is ``namespace/host:15008`` or ``ip:15008``, ``None`` without a usable one;
    ``serves`` is ``service``, ``workload``, ``all`` or any other word for nobody.
    """

    gateway: KubernetesGateway
    address: str | None
    serves: str
    listener: KubernetesListener | None
    """The listener whose ``allowedRoutes`` say who may attach; ``None`` for its own namespace."""

    @property
    def is_ready(self) -> bool:
        """Has its status an address, so that istiod knows it?"""
        return bool(views(self.gateway.child("status"), "addresses", View))

    @property
    def shows_status(self) -> bool:
        """Does the input say anything about its status, as objects of a cluster do?"""
        return self.gateway.has("status")

    def takes(self, traffic: str) -> bool:
        """Does it serve ``service`` or ``workload`` traffic?"""
        return self.serves in {traffic, ALL}

    def admits(self, namespace: str, labels: Mapping[str, str]) -> bool:
        """May objects of a namespace, with these labels of its own, use it?"""
        listener = self.listener
        origin = listener.routes_from if listener is not None else "Same"
        if listener is not None and origin == "Selector":
            allowed = listener.child("allowedRoutes", "namespaces")
            # An absent selector picks nothing, an empty one everything.
            return allowed.has("selector") and matches(allowed.child("selector"), labels)
        return origin == "All" or namespace == self.gateway.namespace


class Refusal(NamedTuple):
    """Why a waypoint that is asked for doesn't serve, in the words of istiod's conditions."""

    reason: str
    message: str


class Binding(NamedTuple):
    """What becomes of an object's wish for a waypoint.

    ``use`` is the label that asks, ``waypoint`` the Gateway it names, ``refusal`` why that doesn't
    serve. Without ``use``, and without ``waypoint`` where it only serves others, there is none.
    """

    use: WaypointUse | None = None
    waypoint: Waypoint | None = None
    refusal: Refusal | None = None

    @property
    def bound(self) -> Waypoint | None:
        """The waypoint that serves, for sure."""
        return self.waypoint if self.refusal is None else None


_NO_WAYPOINT = Binding()


class Waypoints:
    """All Gateways as waypoints, by namespace and name."""

    def __init__(
        self, gateways: Iterable[KubernetesGateway], classes: Iterable[GatewayClass],
        namespaces: Mapping[str, Namespace],
    ) -> None:  # fmt: skip
        by_name = {gateway_class.name: gateway_class for gateway_class in classes}
        self._namespaces = namespaces
        self._all = {
            gateway.key_name: _waypoint(gateway, by_name.get(gateway.class_name))
            for gateway in gateways
        }

    def find(self, key_name: str) -> Waypoint | None:
        """The Gateway ``namespace/name``, ready or not."""
        return self._all.get(key_name)

    def find_instance(self, workload: Workload) -> Waypoint | None:
        """The Gateway whose pod a workload is, ready or not."""
        name = workload.pod_labels.get(GATEWAY_NAME)
        return self._all.get(f"{workload.namespace}/{name}") if name else None

    def of_service(self, source: Service | ServiceEntry, *, when_ready: bool = False) -> Binding:
        """Which waypoint serves a Service or ServiceEntry?

        ``when_ready`` asks as if the Gateway had its address already, which files don't tell.
        """
        if source.labels.get(GATEWAY_MANAGED) in {MANAGED_WAYPOINT, MANAGED_EAST_WEST}:
            return _NO_WAYPOINT  # waypoints and east-west gateways themselves
        use = own_waypoint(source) or self._inherited(source.namespace)
        found = self._of(use, source.namespace, when_ready=when_ready)
        return found if _takes(found, SERVICE) else _refused_traffic(found, SERVICE)

    def of_pod(self, workload: Workload, *, when_ready: bool = False) -> Binding:
        """Which waypoint serves traffic to the pods of a workload by their own addresses?"""
        instance = self.find_instance(workload)
        if instance is not None and instance.is_ready:
            return _NO_WAYPOINT
        metadata = workload.template.child("metadata")
        ref = metadata.at("labels", USE_WAYPOINT)
        own = use_of(workload.pod_labels, workload.namespace, ref)
        return self._of_endpoint(own, workload.namespace, when_ready=when_ready)

    def of_endpoint(self, labels: Mapping[str, str], resource: Resource) -> Binding:
        """Which waypoint serves an endpoint with these labels, written in a ServiceEntry?"""
        own = use_of(labels, resource.namespace, resource.at("spec"))
        return self._of_endpoint(own, resource.namespace, when_ready=False)

    def _of_endpoint(self, own: WaypointUse | None, home: str, *, when_ready: bool) -> Binding:
        found = self._of(own or self._inherited(home), home, when_ready=when_ready)
        if _takes(found, WORKLOAD):
            return found
        # What only inherits the label meant the waypoint for its Services: that is no error.
        return _refused_traffic(found, WORKLOAD) if own is not None else _NO_WAYPOINT

    def _inherited(self, namespace: str) -> WaypointUse | None:
        found = self._namespaces.get(namespace)
        return own_waypoint(found) if found is not None else None

    def _of(self, use: WaypointUse | None, home: str, *, when_ready: bool) -> Binding:
        if use is None or use.opts_out:
            return Binding(use) if use is not None and not use.is_inherited else _NO_WAYPOINT
        waypoint = self._all.get(use.key_name)
        if waypoint is None or not (waypoint.is_ready or when_ready):
            message = f'waypoint "{use.key_name}" is not ready'
            return Binding(use, waypoint, Refusal("WaypointIsNotReady", message))
        if not waypoint.admits(home, self._labels(home)):
            message = (
                f'we are not permitted to attach to waypoint "{use.key_name}" '
                "(missing allowedRoutes?)"
            )
            return Binding(use, waypoint, Refusal("AttachmentDenied", message))
        return Binding(use, waypoint)

    def _labels(self, name: str) -> Mapping[str, str]:
        found = self._namespaces.get(name)
        own = found.labels if found is not None else {}
        return {NAMESPACE_NAME: name, **own}  # the API server labels every namespace


def _takes(binding: Binding, traffic: str) -> bool:
    return binding.bound is None or binding.bound.takes(traffic)


def _refused_traffic(binding: Binding, traffic: str) -> Binding:
    name = binding.use.key_name if binding.use is not None else ""
    message = (
        f'attempting to bind to traffic type "{traffic}" which the waypoint "{name}" '
        "does not support"
    )
    return binding._replace(refusal=Refusal("UnsupportedTrafficType", message))


def _waypoint(gateway: KubernetesGateway, gateway_class: GatewayClass | None) -> Waypoint:
    of_class = gateway_class.labels if gateway_class is not None else {}
    serves = gateway.labels.get(WAYPOINT_FOR, of_class.get(WAYPOINT_FOR, SERVICE))
    return Waypoint(gateway, _address(gateway), serves, _listener(gateway, gateway_class))


def _address(gateway: KubernetesGateway) -> str | None:
    """A host name comes before an address; entries without a type are passed over."""
    found: dict[str, str] = {}
    for view in views(gateway.child("status"), "addresses", View):
        found.setdefault(view.text("type"), view.text("value"))
    if "Hostname" in found:
        return f"{gateway.namespace}/{found['Hostname']}:{HBONE_PORT}"
    return f"{found['IPAddress']}:{HBONE_PORT}" if "IPAddress" in found else None


def _listener(
    gateway: KubernetesGateway, gateway_class: GatewayClass | None
) -> KubernetesListener | None:
    """The listener that an inbound binding names, else the first for HBONE."""
    of_class = gateway_class.annotations if gateway_class is not None else {}
    binding = gateway.annotations.get(INBOUND_BINDING, of_class.get(INBOUND_BINDING, ""))
    protocol, _, port = binding.partition("/")
    number = whole_number(port)
    for listener in gateway.listeners if protocol in {"NONE", "PROXY"} else ():
        if (
            listener.port == number
            if number is not None
            else (protocol == "PROXY" and listener.protocol == _PROXY_PROTOCOL)
        ):
            return listener
    return next(
        (
            listener
            for listener in gateway.listeners
            if listener.protocol == HBONE and listener.port == HBONE_PORT
        ),
        None,
    )
