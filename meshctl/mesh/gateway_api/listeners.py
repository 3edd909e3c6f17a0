"""Reads listeners as istiod does: valid or not, the routes they may have, their server.

Mirrors buildListener and GatewayCollection (pilot/pkg/config/kube/gateway/conversion.go and
gateway_collection.go, Istio 1.31): each listener becomes an Istio Gateway with one server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshctl.istio.labels import NAMESPACE_NAME
from meshctl.istio.names import GENERATED
from meshctl.mesh.core.gateway_classes import Controller
from meshctl.mesh.core.selectors import LabelIndex, LabelSelector
from meshctl.mesh.gateway_api.certificates import ListenerCertificates, ListenerTls
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.listener_conflicts import Conflict
from meshctl.mesh.gateway_api.reference_grants import Admission
from meshctl.mesh.gateway_api.status.conditions import Condition, Fault, judged, unmet
from meshctl.mesh.registry.gateway_services import is_managed, port_of
from meshctl.resources import (
    GeneratedGateway,
    KubernetesGateway,
    KubernetesListener,
    Resource,
    View,
)
from meshctl.resources.cached_property import cached_property
from meshctl.words import quoted

HBONE_PORT = 15008
_GROUP = "gateway.networking.k8s.io"
_PROTOCOLS = frozenset({"HTTP", "HTTPS", "TLS", "TCP"})
_TUNNELS = frozenset({Controller.WAYPOINT, Controller.EAST_WEST})


@dataclass(frozen=True, slots=True, eq=False)
class GatewayListener:
    """A listener of a Gateway, or of a ListenerSet that belongs to it, as istiod sees it."""

    listener: KubernetesListener
    gateway: KubernetesGateway
    controller: Controller
    port: int
    kinds: tuple[str, ...]
    """The kinds of routes that it takes."""
    conditions: Mapping[str, Condition]
    tls: ListenerTls
    hosts: tuple[str, ...]
    """``namespace/host`` for every namespace whose routes it takes; ``*`` is all, ``~`` none."""
    is_valid: bool
    """Does it become part of Envoy's configuration?"""
    conflict: Conflict | None = None

    @property
    def owner(self) -> Resource:
        """The object that declares it: the Gateway, or a ListenerSet."""
        return self.listener.resource

    @property
    def hostname(self) -> str:
        """Its host name, empty for all."""
        return self.listener.hostname

    @property
    def internal_name(self) -> str:
        """The Istio Gateway that istiod makes of it, as ``namespace/name``."""
        return f"{self.owner.namespace}/{self.owner.name}~{GENERATED}~{self.listener.name}"

    @property
    def has_server(self) -> bool:
        """Does istiod make a server of it, and lets routes attach?"""
        needs_tls = self.listener.protocol in {"HTTPS", "TLS"}
        return self.conflict is None and not (needs_tls and self.tls.settings is None)

    @property
    def takes_routes(self) -> bool:
        """Can routes attach, whether it is valid or not? Those of waypoints attach elsewhere."""
        is_tunnel = self.controller is Controller.EAST_WEST and self.port == HBONE_PORT
        return self.has_server and not is_tunnel and self.controller is not Controller.WAYPOINT

    def generated(self, services: tuple[str, ...]) -> GeneratedGateway:
        """Write it as an Istio Gateway for the pods behind Services."""
        port = {"name": "default", "number": self.port, "protocol": self.listener.protocol}
        server: dict[str, Any] = {"port": port, "hosts": list(self.hosts)}
        if self.tls.settings is not None:
            server["tls"] = dict(self.tls.settings)
        namespace, _, name = self.internal_name.partition("/")
        data = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "Gateway",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "creationTimestamp": self.owner.metadata.get("creationTimestamp"),
            },
            "spec": {"servers": [server]},
        }
        return GeneratedGateway(
            self.listener, self.gateway, data, services, makes_pods=is_managed(self.gateway)
        )


class ListenerReader:
    """Reads listeners; it keeps what several of them need."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._certificates = ListenerCertificates(given)

    def read(
        self, listener: KubernetesListener, gateway: KubernetesGateway, controller: Controller,
        conflict: Conflict | None,
    ) -> GatewayListener:  # fmt: skip
        """Read one listener."""
        kinds, fault = _kinds(listener)
        if conflict is not None:
            conditions = _conflicting(listener, conflict, fault)
            nothing = ListenerTls(None)
            return GatewayListener(
                listener, gateway, controller, port_of(listener), kinds, conditions, nothing, (),
                is_valid=False, conflict=conflict,
            )  # fmt: skip
        tls = self._certificates.settings(listener, gateway)
        refused = _refusal(listener, controller)
        is_valid = tls.fault is None and (refused is None or refused.reason == _WAYPOINT)
        if refused is None and _lacks_tls(listener, gateway, tls):
            text = f"a listener of protocol {listener.protocol} needs tls"
            refused = Fault("UnsupportedProtocol", text, listener.at("protocol"))
            is_valid = False
        conditions = _conditions(tls, refused, fault)
        return GatewayListener(
            listener, gateway, controller, port_of(listener), kinds, conditions, tls,
            self._hosts(listener), is_valid=is_valid,
        )  # fmt: skip

    def _hosts(self, listener: KubernetesListener) -> tuple[str, ...]:
        host = listener.hostname or "*"
        return tuple(f"{one}/{host}" for one in self._takes_from(listener) or ("~",))

    def _takes_from(self, listener: KubernetesListener) -> tuple[str, ...]:
        """Name the namespaces whose routes a listener takes; ``*`` for all of them.

        A namespace that the input doesn't have counts as one whose labels fit.
        """
        written = listener.child("allowedRoutes", "namespaces")
        if listener.routes_from == "Same":
            return (listener.resource.namespace,)
        if listener.routes_from == "All" or not written.has("selector"):
            return ("*",)
        fitting = {Admission.YES}
        if not self._given.inventory.has_all("Namespace"):
            fitting.add(Admission.UNKNOWN)
        grants = self._given.reference_grants
        by_labels, unknown = self._namespaces
        several = (*by_labels.find(LabelSelector(written.child("selector")).labels()), *unknown)
        return tuple(
            sorted(name for name in several if grants.admits_from(listener, name) in fitting)
        )

    @cached_property
    def _namespaces(self) -> tuple[LabelIndex[str], tuple[str, ...]]:
        """Those of which the input has the labels, and the others that it names."""
        found: LabelIndex[str] = LabelIndex()
        unknown = []
        for name in sorted(self._given.namespaces.known):
            known = self._given.workloads.namespace(name)
            if known is None:
                unknown.append(name)
            else:
                found.add("", {**known.labels, NAMESPACE_NAME: known.name}, name)
        return found, tuple(unknown)


_WAYPOINT = "WaypointListener"


def _kinds(listener: KubernetesListener) -> tuple[tuple[str, ...], Fault | None]:
    """Find the kinds of routes a listener takes; a fault names one that it can't."""
    supported: tuple[str, ...] = ()
    match listener.protocol:
        case "HTTP" | "HTTPS":
            supported = ("HTTPRoute", "GRPCRoute")
        case "TCP":
            supported = ("TCPRoute",)
        case "TLS":
            supported = ("TLSRoute",)
            # The API server writes the mode, which is Terminate unless somebody says otherwise.
            if (
                listener.has("tls")
                and listener.child("tls").text("mode", "Terminate") == "Terminate"
            ):
                supported += ("TCPRoute",)
    allowed = listener.child("allowedRoutes")
    written = [
        View(listener.resource, (*allowed.path, "kinds", index), data)
        for index, data in allowed.items("kinds")
    ]
    if not written:
        return supported, None
    asked = {view.text("kind"): view for view in written if view.text("group", _GROUP) == _GROUP}
    found = tuple(kind for kind in supported if kind in asked)
    if len(found) == len(written):
        return found, None
    bad = next((view for view in written if not _is_in(view, found)), written[-1])
    names = " and ".join(supported) or "no route"
    text = f"protocol {listener.protocol} takes {names}, not {bad.text('kind')}"
    if bad.text("group", _GROUP) != _GROUP:
        text = f"group {quoted(bad.text('group'))} has no routes; leave it out"
    return found, Fault("InvalidRouteKinds", text, bad.at("kind"))


def _is_in(kind: View, found: tuple[str, ...]) -> bool:
    return kind.text("group", _GROUP) == _GROUP and kind.text("kind") in found


def _refusal(listener: KubernetesListener, controller: Controller) -> Fault | None:
    """Say why a listener is not accepted for its protocol or port."""
    reason, protocol, place = "UnsupportedProtocol", listener.protocol, listener.at("protocol")
    if not port_of(listener):
        return Fault(reason, f"protocol {protocol} needs a port", listener.at())
    if protocol == "HBONE" and controller not in _TUNNELS:
        return Fault(reason, "HBONE is for waypoints alone", place)
    if protocol not in _PROTOCOLS | {"HBONE"}:
        upper = protocol.upper()
        hint = f"; write {upper}" if upper in _PROTOCOLS else ""
        return Fault(reason, f"Istio has no listeners of protocol {protocol}{hint}", place)
    if controller is Controller.WAYPOINT and (listener.port, protocol) != (HBONE_PORT, "HBONE"):
        return Fault(_WAYPOINT, f"a waypoint listens on {HBONE_PORT} with HBONE alone", place)
    if controller is Controller.EAST_WEST and not _fits_east_west(listener):
        text = f"an east-west gateway takes HBONE on {HBONE_PORT}, and TLS that passes through"
        return Fault(_WAYPOINT, text, place)
    return None


def _fits_east_west(listener: KubernetesListener) -> bool:
    mode = listener.child("tls").text("mode", "Terminate") if listener.has("tls") else ""
    if listener.port == HBONE_PORT:
        return (listener.protocol, mode) == ("HBONE", "Terminate")
    return (listener.protocol, mode) == ("TLS", "Passthrough")


def _lacks_tls(listener: KubernetesListener, gateway: KubernetesGateway, tls: ListenerTls) -> bool:
    is_of_set = listener.resource is not gateway
    return is_of_set and listener.protocol in {"HTTPS", "TLS"} and tls.settings is None


_CA_REASONS = frozenset({"InvalidCACertificateRef", "InvalidCACertificateKind", "RefNotPermitted"})


def _conditions(
    tls: ListenerTls, refused: Fault | None, kinds: Fault | None
) -> dict[str, Condition]:
    accepted, programmed = refused, None
    if refused is not None and refused.reason == _WAYPOINT:
        accepted = refused._replace(reason="UnsupportedProtocol")
    if tls.fault is not None:
        programmed = tls.fault._replace(reason="Invalid")
        if accepted is None and tls.fault.reason in _CA_REASONS:
            accepted = tls.fault._replace(reason="NoValidCACertificate")
    return {
        "Accepted": judged("Accepted", accepted),
        "Conflicted": Condition("False", "NoConflicts"),
        "Programmed": judged("Programmed", programmed),
        "ResolvedRefs": judged("ResolvedRefs", kinds or tls.fault),
    }


def _conflicting(
    listener: KubernetesListener, conflict: Conflict, kinds: Fault | None
) -> dict[str, Condition]:
    other = conflict.winner
    text = f"listener {quoted(other.name)} has port {other.port} already"
    fault = Fault(conflict.reason, text, listener.at("port"))
    found = {
        "Accepted": unmet(fault),
        "Conflicted": Condition("True", *fault),
        "Programmed": unmet(fault),
    }
    return found if kinds is None else {**found, "ResolvedRefs": unmet(kinds)}
