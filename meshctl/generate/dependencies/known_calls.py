"""Collects the calls that are known: of settings, VirtualServices, policies, Prometheus.

What is unknown is not absent: nobody promises that these are all calls there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.generate.dependencies.observed import ObservedCall
from meshctl.mesh import Mesh
from meshctl.mesh.registry.service_accounts import parse_principal
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import AuthorizationPolicy, Destination, Ref, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

_ANY = "*"
_Labels = frozenset[tuple[str, str]]
_Selection = tuple[str, _Labels]
OBSERVED = "seen by Prometheus"


class KnownCall(NamedTuple):
    """A full name that is called, the port if that is known, and how it is known.

    ``host`` is ``None`` for a name that only a VirtualService declares.
    """

    name: str
    host: RegisteredHost | None
    port: int | None
    why: str
    place: Ref | None = None


class KnownCalls:
    """Answers for workloads, and for all workloads of a namespace."""

    def __init__(self, mesh: Mesh, observed: Iterable[ObservedCall] = ()) -> None:
        self._mesh = mesh
        self._observed: dict[tuple[str, str], list[ObservedCall]] = {}
        for call in observed:
            self._observed.setdefault((call.client_namespace, call.client), []).append(call)

    def of(self, workload: Workload) -> list[KnownCall]:
        """The hosts that a workload itself is known to call, each port once."""
        found = [*self._declared(workload), *self._seen(workload)]
        return list(
            {
                (known_call.name, known_call.port): known_call for known_call in reversed(found)
            }.values()
        )[::-1]

    def is_observed(self, workload: Workload) -> bool:
        """Has Prometheus seen any call of a workload?"""
        return (workload.namespace, workload.name) in self._observed

    def of_namespace(self, namespace: str) -> list[KnownCall]:
        """What nobody ties to one workload: routes and permissions of the namespace as a whole."""
        found = [*self._routed(namespace), *self._permitted.get(namespace, ())]
        return list({call.name: call for call in reversed(found)}.values())[::-1]

    def _declared(self, workload: Workload) -> Iterator[KnownCall]:
        mesh, home = self._mesh, workload.namespace
        calls = mesh.sidecar_scope.declared_calls
        for call in calls.named_by(workload):
            yield KnownCall(
                call.host.host, call.host, call.port, _named_in(workload, call.place), call.place
            )
        for url in calls.urls_of(workload):
            full = mesh.registry.unshortened(url.host, home)
            routed = mesh.merged_routes.bound(MESH, home).first(full)
            if routed and mesh.registry.find(full, home) is None:
                yield KnownCall(full, None, url.port, _named_in(workload, url.place), url.place)

    def _seen(self, workload: Workload) -> Iterator[KnownCall]:
        for call in self._observed.get((workload.namespace, workload.name), ()):
            host = self._mesh.registry.find(call.host, workload.namespace)
            if host is not None:
                yield KnownCall(host.host, host, None, f"{OBSERVED}: {workload.name} calls it")

    def _routed(self, namespace: str) -> Iterator[KnownCall]:
        """Walk the hosts of the namespace's VirtualServices for the mesh, and where they lead."""
        for service in self._routes_of.get(namespace, ()):
            named = [(host, service.at("spec", "hosts", n)) for n, host in enumerate(service.hosts)]
            for route in service.routes:
                named += [
                    (destination.host, destination.at("host")) for destination in route.destinations
                ]
            for host, place in named:
                found = self._mesh.registry.resolve(host, namespace)
                if found is not None:
                    yield KnownCall(found.host, found, None, f"{service.title} routes it", place)

    @cached_property
    def _routes_of(self) -> dict[str, list[VirtualService]]:
        found: dict[str, list[VirtualService]] = {}
        for service in self._mesh.of(VirtualService):
            if MESH in (service.gateways or (MESH,)):
                found.setdefault(service.namespace, []).append(service)
        return found

    @cached_property
    def _permitted(self) -> dict[str, list[KnownCall]]:
        """By namespace of the callers: what ALLOW policies let just them call.

        Of policies that select the same the first that names a namespace counts.
        """
        found: dict[str, list[KnownCall]] = {}
        told: set[tuple[_Selection, str]] = set()
        for policy in self._mesh.of(AuthorizationPolicy):
            if policy.action != "ALLOW":
                continue
            selector = policy.spec.child("selector").labels_of("matchLabels")
            selection = policy.namespace, frozenset(selector.items())
            for place, home in _callers(policy):
                if (selection, home) not in told:
                    told.add((selection, home))
                    call = f"{policy.title} lets this namespace call it"
                    behind = self._behind(*selection)
                    known = [KnownCall(host.host, host, None, call, place) for host in behind]
                    found.setdefault(home, []).extend(known)
        return found

    def _behind(self, namespace: str, selector: _Labels) -> Iterable[RegisteredHost]:
        workloads = self._mesh.workloads
        found: dict[RegisteredHost, None] = {}
        for workload in workloads.find(dict(selector), namespace) if selector else ():
            found.update(dict.fromkeys(workloads.container_ports.hosts(workload)))
        return found


def _callers(policy: AuthorizationPolicy) -> Iterator[tuple[Ref, str]]:
    """Walk the namespaces that a policy names letter by letter, as such or in an identity."""
    for source in policy.sources:
        for key in ("namespaces", "principals", "serviceAccounts"):
            for index, text in enumerate(source.texts(key)):
                home = _namespace(text, key, policy.namespace)
                if home and _ANY not in home:
                    yield source.at(key, index), home


def _namespace(text: str, key: str, own: str) -> str:
    if key == "principals":
        principal = parse_principal(text)
        return principal.namespace if principal is not None else ""
    home, slash, _ = text.partition("/")
    return own if key == "serviceAccounts" and not slash else home


def _named_in(workload: Workload, place: Ref) -> str:
    where = "its settings" if place.resource is workload else place.resource.title
    return f"{workload.name} names it in {where}"


def destinations(mesh: Mesh, call: KnownCall, namespace: str) -> Sequence[RegisteredHost]:
    """The hosts at which calls of a namespace to a name may end.

    Where its VirtualService leads; and the host itself, unless all calls surely follow http rules.
    """
    found: dict[RegisteredHost, None] = {}
    services = mesh.merged_routes.bound(MESH, namespace).first(call.name)
    if call.host is not None and not _follow_http_rules(call.host, call.port, services):
        found[call.host] = None
    for service in services:
        for destination in written_destinations(mesh, service):
            host = mesh.registry.resolve(destination.host, destination.resource.namespace)
            if host is not None:
                found[host] = None
    return list(found)


def _follow_http_rules(
    host: RegisteredHost, number: int | None, services: Sequence[VirtualService]
) -> bool:
    """Is the port, or is each of them, one of HTTP, and routed by the rules that are asked?"""
    asked = host.asked_ports(number)
    has_rules = bool(services) and all(service.http for service in services)
    return has_rules and bool(asked) and all(port.protocol.is_http for port in asked)


def written_destinations(mesh: Mesh, service: VirtualService) -> Iterator[Destination]:
    """Walk where a VirtualService may lead, through delegates and to mirrors, too."""
    for rule in mesh.merged_routes.delegates.rules(service):
        yield from rule.destinations
    for route in (*service.tls, *service.tcp):
        yield from route.destinations
