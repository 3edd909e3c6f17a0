"""Finds the part of a mesh that decides what is found about some of its objects.

A walk starts at an object and follows the ties of the snapshot. How far each tie is followed is what
the rules need, and not more: from a route to what it leads to and to others for its hosts, but not
from a gateway to all that others route through it.
"""

from collections.abc import Hashable, Iterable, Iterator
from itertools import islice

from meshctl.gate.links import ALL, CLAIMS, Links
from meshctl.gate.snapshot import FOUND_BY_NAME, Identity, Snapshot
from meshctl.mesh.workloads.membership import Membership, present, promise
from meshctl.resources import (
    AuthorizationPolicy,
    EnvoyFilter,
    Gateway,
    KubernetesGateway,
    Namespace,
    RequestAuthentication,
    Resource,
    Service,
    Workload,
)

MOST = 2_000
"""Objects of a neighbourhood; what has more is for an analysis of everything."""
_STEPS = 5
_CALLERS_WITHIN = 4
"""Steps within which those are followed that name a Service: who calls it, or routes to it."""
_COMMON = 200
"""A word in so many objects ties nothing: what is meant by it is found by its name."""
_NAMESAKES = 3
"""Objects of a kind with the name of one that isn't there: messages name the first of them."""
_STRANGERS = 3
"""Other namespaces with sidecars that stand for all that have no part in what is asked about."""
_TAKEN_WHOLE = (
    "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication", "Sidecar", "Telemetry",
    "EnvoyFilter", "WasmPlugin", "ProxyConfig", "NetworkPolicy", "ReferenceGrant",
    "TrafficExtension", "Secret", "SealedSecret", "ExternalSecret", "Certificate",
)  # fmt: skip
"""Kinds that hold for a namespace, or are looked for in it, whatever names them."""
_WITNESSES = (
    "Service", "ServiceAccount", "Pod", "Deployment", "ServiceEntry", "DestinationRule", "Gateway",
)  # fmt: skip
"""Kinds of which one object says that those of its namespace are known."""
_POLICIES = frozenset({
    "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication", "Sidecar", "Telemetry",
    "EnvoyFilter", "WasmPlugin", "ProxyConfig", "NetworkPolicy", "TrafficExtension", "Namespace",
})  # fmt: skip
"""Kinds that without a selector are for all workloads of their namespace."""
_TIED = frozenset({
    "VirtualService", "DestinationRule", "Service", "ServiceEntry", "Gateway",
    "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute",
    "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob",
})  # fmt: skip
"""Kinds about which nothing but what they are tied to decides; others need their whole namespace."""
_OPEN_TO_OUTSIDE = frozenset({"LoadBalancer", "NodePort"})
_WITH_SIDECAR = frozenset({Membership.SIDECAR, Membership.UNKNOWN})


_FOLLOWED = frozenset({"Service", "Gateway", "Namespace"})
"""Kinds whose other users are found from them, if they matter."""


class TooLargeError(Exception):
    """There are more objects in a neighbourhood than it may have."""


class Walk:
    """Collects the neighbourhoods of objects, one after the other."""

    def __init__(self, snapshot: Snapshot, root_namespace: str, most: int = MOST) -> None:
        self.found: dict[Resource, None] = {}
        self._snapshot = snapshot
        self._root = root_namespace
        self._most = most
        self._homes: set[str] = set()
        self._unclear: set[str] = set()
        self._is_policy = self._is_waypoint = False
        self._origin: Resource | None = None
        self._own: Links | None = None
        self._gates: set[Resource] = set()
        self._asked: set[Hashable] = set()
        self._take(snapshot.decisive_everywhere(root_namespace))

    def around(self, origin: Resource) -> dict[Resource, int]:
        """Add the neighbourhood of an object, which need not be in the snapshot itself.

        Gives what it is tied to, with the number of steps that lead there. Raises TooLargeError where
        there is more than a neighbourhood may have.
        """
        self._origin, self._own = origin, self._snapshot.links(origin)
        self._take_home(origin)
        self.take(origin)
        self._is_policy = origin.kind in _POLICIES
        self._gates, self._asked = set(), set()
        self._is_waypoint = isinstance(origin, KubernetesGateway)
        front: Iterable[Resource] = (origin,)
        seen = {origin: 0}
        for step in range(_STEPS):
            reached: dict[Resource, None] = {}
            for resource in front:
                reached |= self._next_to(resource, step)
            front = dict.fromkeys((other for other in reached if other not in seen), step + 1)
            seen.update(front)
            self._take(front)
            for other in front:
                if not isinstance(other, Gateway):  # what counts is where its pods run
                    self._show(other.namespace)
        self._take(self._strangers())
        return seen

    def covers(self, before: Resource) -> bool:
        """Has the last origin all the ties of what it was before? Words that mean nothing are none."""
        was, now = self._snapshot.links(before), self._own
        if now is None or was._replace(mentions=now.mentions, homes=now.homes) != now:
            return False
        return not any(map(self._snapshot.means_something, was.mentions - now.mentions))

    def take(self, resource: Resource) -> None:
        """Add an object, if it is in the snapshot."""
        if resource in self._snapshot:
            self._take((resource,))

    def take_namespace(self, name: str) -> None:
        """Add all of a namespace."""
        self._take(self._snapshot.shown_in(name))

    def take_similar(self) -> None:
        """Add what messages may name in the place of what isn't there: what is spelt much alike."""
        for home in self._unclear:
            for kind in FOUND_BY_NAME:
                self._take(self._snapshot.of_kind_in(home, kind))
        self._unclear.clear()

    def _take_home(self, origin: Resource) -> None:
        """Take what decides in the namespace of an origin, whatever it is tied to."""
        home = origin.namespace or origin.name
        self._show(home)
        if isinstance(origin, Namespace):
            self._take(self._snapshot.in_namespace(home))
        elif origin.kind not in _TIED or self._picks_nothing(origin):
            self._take(self._snapshot.shown_in(home))

    def _picks_nothing(self, origin: Resource) -> bool:
        """Has an origin a selector that no pod of its namespace has? Others may have it instead."""
        selector = self._links(origin).selector
        if not selector or any(self._snapshot.picked(selector, origin.namespace)):
            return False
        self._take(islice(self._snapshot.picked(selector, None), _NAMESAKES))
        return True

    def _links(self, resource: Resource) -> Links:
        if resource is self._origin and self._own is not None:
            return self._own
        return self._snapshot.links(resource)

    def _next_to(self, resource: Resource, step: int) -> dict[Resource, None]:
        links, snapshot = self._links(resource), self._snapshot
        found = dict.fromkeys(self._pods(resource, step))
        if step == 0:
            return found | dict.fromkeys(self._next_to_origin(resource, links))
        if isinstance(resource, Namespace) and step == 1 and self._is_waypoint:
            self._take(snapshot.shown_in(resource.name))
        if isinstance(resource, Gateway):
            if resource in self._gates:
                found |= snapshot.mentioning(links.name)
            return found
        found |= snapshot.meant_by(links)
        for home in snapshot.homes_in(links) - self._homes:
            self._show(home)
        if isinstance(resource, Service) and step < _CALLERS_WITHIN:
            found |= snapshot.mentioning(links.name)
        for host in links.hosts:
            if host != ALL and self._is_first(host):
                found.update(dict.fromkeys(snapshot.sharing(host)))
        return found

    def _next_to_origin(self, origin: Resource, links: Links) -> Iterator[Resource]:
        snapshot = self._snapshot
        for key in links.mentions:
            named = snapshot.named(key)
            yield from named
            self._meant(key, named)
            if self._is_shared(key, named) and len(snapshot.mentioning(key)) < _COMMON:
                yield from snapshot.mentioning(key)
        yield from snapshot.mentioning(links.name)
        for host in links.hosts:
            if host.startswith("*"):
                yield from snapshot.below(host)
            yield from snapshot.sharing(host)
        yield from self._alike(origin)

    def _alike(self, origin: Resource) -> Iterator[Resource]:
        """Walk what meets an origin by no name: at a port, by tokens, in all proxies."""
        snapshot = self._snapshot
        for number, is_all in self._links(origin).ports:
            yield from snapshot.on_port(number, is_all=True)
            if is_all:
                yield from snapshot.on_port(number, is_all=False)
        for peer in self._links(origin).peers:  # pods of others are named where its own have none
            self._take(islice(snapshot.picked(peer, None), _COMMON))
        if isinstance(origin, RequestAuthentication):
            yield from snapshot.mentioning(CLAIMS)
        if isinstance(origin, EnvoyFilter):
            self._take(snapshot.of_kind("EnvoyFilter"))
        if origin.kind == "Ingress":  # whose controller may be any pod that clients outside come to
            for service in snapshot.of_kind("Service"):
                if isinstance(service, Service) and service.type in _OPEN_TO_OUTSIDE:
                    self._show(service.namespace)
                    self._take((service, *snapshot.picked(service.selector, service.namespace)))

    def _is_shared(self, key: str, named: Iterable[Resource]) -> bool:
        """Do two objects that mention this have to do with each other: a Secret, an issuer?"""
        if not named:
            return not self._snapshot.has_namespace(key.rpartition(".")[2])
        return not any(resource.kind in _FOLLOWED for resource in named)

    def _pods(self, resource: Resource, step: int) -> Iterator[Resource]:
        links, snapshot = self._links(resource), self._snapshot
        is_wide = links.is_wide or (step == 0 and resource.namespace == self._root)
        if isinstance(resource, Workload):
            if not self._is_first((snapshot.look(resource), step <= 1)):
                return
            yield from snapshot.picking_but_gateways(resource)
            if step <= 1:
                gates = [*snapshot.serving(resource)]
                yield from gates
                self._gates.update(gates if self._is_policy else ())
            home = snapshot.get(Identity("", "Namespace", "", resource.namespace))
            if home is not None:
                yield home
        elif links.selector:
            if isinstance(resource, Gateway) and step == 0:
                alike = snapshot.picking_alike(links.selector)
                yield from (one for one in alike if isinstance(one, Gateway | Service))
            reach = None if is_wide else resource.namespace
            if self._is_first((reach, frozenset(links.selector.items()))):
                yield from snapshot.picked(links.selector, reach)
        elif step == 0 and resource.kind in _POLICIES:
            own = resource.namespace or resource.name
            for name in snapshot.namespaces if is_wide else (own,):
                found = snapshot.in_namespace(name)
                yield from (one for one in found if isinstance(one, Workload | Service))

    def _is_first(self, question: Hashable) -> bool:
        """Has nothing that was met asked this yet? The answer to all who ask is the same."""
        is_first = question not in self._asked
        self._asked.add(question)
        return is_first

    def _meant(self, key: str, named: Iterable[Resource]) -> None:
        """Take what shows that a name means nothing: others of the name, and its namespace."""
        name, _, home = key.partition(".")
        if self._snapshot.has_namespace(home):
            self._show(home)
        if self._snapshot.has_namespace(name):
            self._show(name)
            if isinstance(self._origin, AuthorizationPolicy):  # its sources
                self._take(self._snapshot.shown_in(name))
        there = {resource.kind for resource in named if resource is not self._origin}
        for kind in FOUND_BY_NAME - there:
            self._take(islice(self._snapshot.called(kind, name), _NAMESAKES))
            self._unclear.add(home)

    def _show(self, namespace: str) -> None:
        """Take what holds for a whole namespace, and what shows that it is known."""
        if namespace in self._homes:
            return
        self._homes.add(namespace)
        self._take(islice(self._snapshot.in_namespace(namespace), 1))
        self._take(self._sidecar(namespace))
        if home := self._snapshot.get(Identity("", "Namespace", "", namespace)):
            self._take((home,))
        for kind in _TAKEN_WHOLE:
            self._take(self._snapshot.of_kind_in(namespace, kind))
        for kind in _WITNESSES:
            self._take(islice(self._snapshot.of_kind_in(namespace, kind), 2))

    def _strangers(self) -> Iterator[Resource]:
        """Walk a workload with a sidecar of some namespaces that nothing else was taken from."""
        others = (name for name in self._snapshot.namespaces if name not in self._homes)
        found = (resource for name in others for resource in self._sidecar(name))
        return islice(found, _STRANGERS)

    def _sidecar(self, namespace: str) -> Iterator[Resource]:
        """Walk one workload of a namespace that has a sidecar, if any has."""
        found = self._snapshot.get(Identity("", "Namespace", "", namespace))
        home = found if isinstance(found, Namespace) else None
        for workload in self._snapshot.workloads_in(namespace):
            if (present(workload) or promise(workload, home)) in _WITH_SIDECAR:
                yield workload
                break

    def _take(self, resources: Iterable[Resource]) -> None:
        self.found |= dict.fromkeys(resources)
        if len(self.found) > self._most:
            raise TooLargeError
