"""Attaches routes to listeners by their parent references, or says why not.

Mirrors extractParentReferenceInfo, referenceAllowed and hostnameAllowedByIsolation
(pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from meshctl.istio.labels import USE_WAYPOINT, USE_WAYPOINT_NAMESPACE
from meshctl.mesh.core.gateway_classes import Controller, GatewayClasses
from meshctl.mesh.core.hosts import HostIndex, is_wildcard, overlaps
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.listeners import GatewayListener
from meshctl.resources import KubernetesRoute, ObjectReference, Resource, ServiceEntry
from meshctl.words import quoted

_GROUP = "gateway.networking.k8s.io"
_LISTENERS = frozenset({(_GROUP, "Gateway"), (_GROUP, "ListenerSet")})
_OURS = frozenset({Controller.WAYPOINT, Controller.GATEWAY})


class Denial(NamedTuple):
    """Why a parent doesn't take a route: the reason of the condition, and in words."""

    reason: str
    text: str
    is_about_kind: bool = False

    @property
    def is_about_namespace(self) -> bool:
        """Would it take the route, were that of another namespace?"""
        return self.reason == "NotAllowedByListeners" and not self.is_about_kind

    @property
    def is_about_hosts(self) -> bool:
        """Would it take the route, had that one of its host names?"""
        return self.reason == "NoMatchingListenerHostname"


class Attachment(NamedTuple):
    """One reference of a route with one listener of the parent, or (``None``) with the mesh."""

    reference: ObjectReference
    listener: GatewayListener | None
    denial: Denial | None
    beside: HostIndex[str] | None = None
    """Host names of the parent's listeners of the same port and protocol, each once."""

    @property
    def is_mesh(self) -> bool:
        """Is it about a Service, so that clients in the mesh follow the route?"""
        return self.listener is None

    @property
    def internal_name(self) -> str:
        """The Istio Gateway whose server it means, or ``mesh``."""
        return "mesh" if self.listener is None else self.listener.internal_name

    def keeps(self, host: str) -> bool:
        """Does isolation leave a host name to this listener? A closer one's own it doesn't."""
        own = self.listener.hostname if self.listener is not None else ""
        if own and not is_wildcard(own):
            return True
        if own and not overlaps(host, own):
            return False
        return self.taken_by(host) is None

    def taken_by(self, host: str) -> str | None:
        """Find the host name of another listener that takes a host from this one."""
        if self.listener is None or self.beside is None:
            return None
        own = self.listener.hostname
        covering = (name for [name] in self.beside.covering(host))
        closer = (name for name in covering if name != own and len(own) <= len(name))
        return min(closer, default=None)


class Parents:
    """Finds the attachments of routes."""

    def __init__(
        self, given: Given, classes: GatewayClasses,
        listeners: Callable[[str, str], tuple[GatewayListener, ...]],
    ) -> None:  # fmt: skip
        """``listeners`` gives those of the Gateway or ListenerSet of a kind and full name."""
        self._given = given
        self._classes = classes
        self._listeners = listeners
        self._beside: dict[str, dict[tuple[int, str], HostIndex[str]]] = {}
        self._sources: dict[tuple[str, str], Resource] = {
            (resource.kind, resource.key_name): resource
            for resource in (*given.registry.services, *given.inventory.of(ServiceEntry))
        }

    def of(self, route: KubernetesRoute) -> tuple[Attachment, ...]:
        """List the attachments in istiod's order; references to nobody it knows have none."""
        found = [
            attachment for reference in route.parents for attachment in self._of(route, reference)
        ]
        found.sort(key=lambda attachment: _sort_key(attachment.reference))
        return tuple(found)

    def _of(self, route: KubernetesRoute, reference: ObjectReference) -> Iterator[Attachment]:
        if kind := reference.mesh_kind:
            if not self._is_of_others(reference, kind):
                yield Attachment(reference, None, self._missing(reference, kind))
        elif (reference.group, reference.kind) in _LISTENERS:
            name = f"{reference.namespace}/{reference.name}"
            several = self._listeners(reference.kind, name)
            beside = self._hosts_of(f"{reference.kind}/{name}", several)
            for listener in several:
                denial = _denial(route, reference, listener)
                key = listener.port, listener.listener.protocol
                yield Attachment(reference, listener, denial, beside[key])

    def _hosts_of(
        self, name: str, several: tuple[GatewayListener, ...]
    ) -> dict[tuple[int, str], HostIndex[str]]:
        """The host names of the listeners of one parent by port and protocol, each name once."""
        known = self._beside.get(name)
        if known is None:
            known = self._beside[name] = {}
            for listener in several:
                hosts = known.setdefault((listener.port, listener.listener.protocol), HostIndex())
                if not hosts.at(listener.hostname):
                    hosts.add(listener.hostname, listener.hostname)
        return known

    def _missing(self, reference: ObjectReference, kind: str) -> Denial | None:
        name, namespace = reference.name, reference.namespace
        if (kind, f"{namespace}/{name}") in self._sources:
            return None
        knows = self._given.inventory.knows.all_of(kind, namespace)
        return Denial("NoMatchingParent", f"there is no {kind} {quoted(name)}") if knows else None

    def _is_of_others(self, reference: ObjectReference, kind: str) -> bool:
        """Is the Service's waypoint served by another controller, whose routes these are then?"""
        source = self._sources.get((kind, f"{reference.namespace}/{reference.name}"))
        if source is None:
            return False
        labels = source.labels
        if USE_WAYPOINT not in labels:
            namespace = self._given.workloads.namespace(reference.namespace)
            labels = namespace.labels if namespace is not None else {}
        name = labels.get(USE_WAYPOINT, "")
        if not name or name.lower() == "none":
            return False
        home = labels.get(USE_WAYPOINT_NAMESPACE) or reference.namespace
        waypoint = next(self._given.reference_grants.named(home, name), None)
        if waypoint is None or not self._classes.is_written(waypoint.class_name):
            return False
        return self._classes.controller(waypoint.class_name) not in _OURS


def _denial(
    route: KubernetesRoute, reference: ObjectReference, listener: GatewayListener
) -> Denial | None:
    """Say why a listener doesn't take a route: another place, host name, namespace or kind."""
    if reference.port and reference.port != listener.port:
        return Denial("NoMatchingParent", f"no listener has port {reference.port}")
    if reference.section and reference.section != listener.listener.name:
        return Denial("NoMatchingParent", f"there is no listener {quoted(reference.section)}")
    hosts = route_hosts(route)
    own = listener.hostname or "*"
    if not any(overlaps(own, host) for host in hosts):
        text = f"no host name fits to {own} of listener {quoted(listener.listener.name)}"
        return Denial("NoMatchingListenerHostname", text)
    allowed = {host.partition("/")[0] for host in listener.hosts}
    if not allowed & {"*", route.namespace}:
        text = f"listener {quoted(listener.listener.name)} takes no routes of namespace {route.namespace}"
        return Denial("NotAllowedByListeners", text)
    if route.kind not in listener.kinds:
        names = " and ".join(kind.removesuffix("Route") for kind in listener.kinds) or "no"
        text = f"listener {quoted(listener.listener.name)} takes {names} routes, not {route.kind}s"
        return Denial("NotAllowedByListeners", text, is_about_kind=True)
    return None


def route_hosts(route: KubernetesRoute) -> tuple[str, ...]:
    """Read the host names, ``*`` for none; TCPRoutes have none."""
    return (route.hostnames if route.kind != "TCPRoute" else ()) or ("*",)


def _sort_key(reference: ObjectReference) -> str:
    return f"{reference.group}/{reference.kind}/{reference.name}/{reference.section}/{reference.port or 0}.{reference.namespace}"
