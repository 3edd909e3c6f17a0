"""Finds the objects about which something else may be found once others have changed.

Nothing here knows a rule, so that more is named than is concerned. What holds for a whole mesh concerns
everything; so does what decides whether a namespace has pods in the mesh at all.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from meshctl.gate.links import CLAIMS, links_of
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.gate.untouched import untouched
from meshctl.mesh import Mesh
from meshctl.mesh.workloads.membership import Membership, present, promise
from meshctl.resources import (
    DestinationRule,
    Gateway,
    Namespace,
    Resource,
    Service,
    VirtualService,
    Workload,
)

_BY_HOSTS = (VirtualService, DestinationRule)
"""Kinds that concern others by hosts and names alone; the others concern all of their namespace, too."""
_ALWAYS = ("Sidecar", "EnvoyFilter", "Ingress")
"""Kinds that may be about any namespace, whatever they name."""
_POLICIES = (
    "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Telemetry", "WasmPlugin",
    "NetworkPolicy",
)  # fmt: skip
"""Kinds that may hold for all pods of their namespace."""
_LOOKED_FOR = frozenset({"Secret", "SealedSecret", "ExternalSecret", "Certificate"})
"""Kinds that are looked for in one namespace and found in another."""
_WORDS = re.compile(r"[\w-]+")
_STEPS = 5
"""From the pods of a gateway to the Gateway, its routes, a Service, its pods, and their policies."""
_GATES_WITHIN = 2
"""Steps within which what is served by a gateway is followed, from what its pods stand on."""


class Ties:
    """The ties of objects that come and go; of one identity there may be several."""

    def __init__(self) -> None:
        self._layers: list[Snapshot] = []
        self._known: set[Resource] = set()

    def keep(self, resources: Collection[Resource]) -> None:
        """Take over the objects that there are now."""
        now = set(resources)
        for one in self._known - now:
            identity = Identity.of(one)
            next(layer for layer in self._layers if layer.get(identity) is one).remove(identity)
        for one in resources:
            if one not in self._known:
                self._add(one)
        self._known = now

    def concerned(self, mesh: Mesh, changed: Collection[Resource]) -> set[Resource] | None:
        """Find the objects of a mesh that others concern, which came or went; ``None`` for all."""
        self.keep(mesh.resources)
        root = mesh.config.root_namespace
        if not changed:
            return set()
        if any(_is_wide(one, root) for one in changed):
            return None
        if any(self._is_joined_otherwise(home, changed) for home in _homes_of_pods(changed)):
            return None
        if mesh.config.raw and _is_named(changed, repr(mesh.config.raw)):
            return None
        found: set[Resource] = set()
        for layer in self._layers:
            found.update(layer.in_namespace(""), layer.in_namespace(root))
            for kind in _ALWAYS:
                found.update(layer.of_kind(kind))
        return found.union(*map(self._around, changed))

    def untouched(self, changed: Collection[Resource]) -> frozenset[str]:
        """Name the parts of a mesh in which nothing follows from objects that came or went."""
        return untouched(changed)

    def _is_joined_otherwise(self, name: str, changed: Collection[Resource]) -> bool:
        """Do the workloads of a namespace join the mesh in other ways than before, any of them?

        Messages about others name such namespaces, and rules ask whether there are any.
        """
        identity = Identity("", "Namespace", "", name)
        namespaces = {layer.get(identity) for layer in self._layers}
        workloads = {one for layer in self._layers for one in layer.workloads_in(name)}
        changes = {
            one
            for one in changed
            if (one.name == name if isinstance(one, Namespace) else one.namespace == name)
        }
        now = changes & self._known
        return _ways(workloads, namespaces) != _ways(
            (workloads - now) | (changes - now), (namespaces - now) | (changes - now)
        )

    def _add(self, resource: Resource) -> None:
        identity = Identity.of(resource)
        for layer in self._layers:
            if layer.get(identity) is None:
                layer.put(resource)
                return
        self._layers.append(Snapshot([resource]))

    def _around(self, origin: Resource) -> set[Resource]:
        found = {origin}
        is_near = not isinstance(origin, _BY_HOSTS)
        home = origin.name if isinstance(origin, Namespace) else origin.namespace
        for layer in self._layers if is_near else ():
            found.update(layer.in_namespace(home))
            found.update(_speaking_of(home, layer))
            if isinstance(origin, Service | Namespace):  # a slip of the pen may mean it
                found.update(layer.near_namespace(home))
            if origin.kind in _LOOKED_FOR:
                found.update(_speaking_of_name(origin.name, layer))
            if isinstance(origin, Workload):  # who finds no pods at home names those elsewhere
                found.update(layer.picking_by_labels(origin.pod_labels))
        front: Iterable[Resource] = set(found)
        for step in range(_STEPS):
            reached: set[Resource] = set()
            for one in front:
                is_end = isinstance(one, Gateway) and not (is_near and step < _GATES_WITHIN)
                for layer in self._layers:
                    is_followed = one is origin or not is_end
                    reached.update(_next_to(one, layer) if is_followed else _pods_of(one, layer))
            if not step:
                reached.update(self._sharing_a_word_with(origin))
                reached.update(self._picking_alike(origin))
            front = reached - found
            found |= front
        found.update(self._meeting_by_no_name(origin))
        return found

    def _meeting_by_no_name(self, origin: Resource) -> Iterator[Resource]:
        """Walk what meets an object at a port, or by what tokens say."""
        for layer in self._layers:
            for number, is_all in layer.links(origin).ports:
                yield from layer.on_port(number, is_all=True)
                if is_all:
                    yield from layer.on_port(number, is_all=False)
            if CLAIMS in layer.links(origin).mentions:
                yield from layer.of_kind("RequestAuthentication")

    def _sharing_a_word_with(self, origin: Resource) -> Iterator[Resource]:
        """Walk what speaks of anything that an object speaks of.

        At a gateway routes meet by their hosts, but for those that are told apart by ports.
        """
        for layer in self._layers:
            for key in layer.links(origin).mentions:
                found = layer.mentioning(key)
                if _goes_by_hosts(origin) and self._is_gateway(key):
                    yield from (one for one in found if not _goes_by_hosts(one))
                else:
                    yield from found

    def _is_gateway(self, key: str) -> bool:
        return any(isinstance(one, Gateway) for layer in self._layers for one in layer.named(key))

    def _picking_alike(self, origin: Resource) -> Iterator[Resource]:
        """Walk the Gateways and Services for pods like those that one of them is for.

        The pods themselves need not be there.
        """
        if isinstance(origin, Service | Gateway):
            labels = origin.selector.items()
            for layer in self._layers:
                for one in (*layer.of_kind("Gateway"), *layer.of_kind("Service")):
                    if isinstance(one, Service | Gateway) and labels & one.selector.items():
                        yield one


def _speaking_of_name(name: str, layer: Snapshot) -> Iterator[Resource]:
    """Walk what speaks of a name in whatever namespace, and may mean one elsewhere."""
    for home in layer.namespaces:
        yield from layer.mentioning(f"{name}.{home}")


def _speaking_of(namespace: str, layer: Snapshot) -> Iterator[Resource]:
    """Walk what names a namespace, or what it lacks, and policies that may mean it by a pattern."""
    yield from layer.missing_in(namespace)
    yield from layer.mentioning(f"*.{namespace}")
    for home in layer.namespaces:
        yield from layer.mentioning(f"{namespace}.{home}")
    for one in layer.of_kind("AuthorizationPolicy"):
        if any("*" in key for key in layer.links(one).mentions):
            yield one


def _next_to(resource: Resource, layer: Snapshot) -> Iterator[Resource]:
    """Walk what an object names and what names it, shares its hosts, or is selected by labels."""
    links = layer.links(resource)
    for key in links.mentions:
        yield from layer.named(key)
    yield from layer.mentioning(links.name)
    for host in links.hosts:
        yield from layer.sharing(host)
        if host.startswith("*"):
            yield from layer.below(host)
    yield from _pods_of(resource, layer)
    if isinstance(resource, Workload):
        yield from layer.picking(resource)
        for kind in _POLICIES:
            yield from layer.of_kind_in(resource.namespace, kind)


def _pods_of(resource: Resource, layer: Snapshot) -> Iterator[Resource]:
    """Walk the workloads that an object selects by labels."""
    links = layer.links(resource)
    if links.selector:
        yield from layer.picked(links.selector, None if links.is_wide else resource.namespace)


def _goes_by_hosts(resource: Resource) -> bool:
    """Is it a VirtualService for HTTP alone, whose requests are told apart by their hosts?"""
    return (
        isinstance(resource, VirtualService)
        and not resource.spec.has("tcp")
        and not resource.spec.has("tls")
    )


def _is_wide(resource: Resource, root: str) -> bool:
    """Does an object hold for more than its namespace, or is that not known of its kind?"""
    if isinstance(resource, Namespace):
        return resource.name == root
    return resource.namespace in {"", root} or bool(resource.made_kinds)


def _is_named(changed: Collection[Resource], settings: str) -> bool:
    """Does the mesh config name an object, such as the Service of a provider?"""
    words = {*_WORDS.findall(settings)}
    return any(
        not words.isdisjoint({one.name, *links_of(one).hosts})
        or any(host.partition(".")[0] in words for host in links_of(one).hosts)
        for one in changed
    )


def _homes_of_pods(changed: Collection[Resource]) -> set[str]:
    """Name the namespaces whose pods may join the mesh otherwise."""
    return {
        one.name if isinstance(one, Namespace) else one.namespace
        for one in changed
        if isinstance(one, Namespace | Workload)
    }


def _ways(
    workloads: Iterable[Resource | None], namespaces: Iterable[Resource | None]
) -> set[Membership]:
    """The ways in which pods are in the mesh, as far as they and their namespace tell."""
    homes: list[Namespace | None] = [
        namespace for namespace in namespaces if isinstance(namespace, Namespace)
    ]
    return {
        present(workload) or promise(workload, home)
        for workload in workloads
        if isinstance(workload, Workload)
        for home in homes or [None]
    }
