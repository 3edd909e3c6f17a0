"""Keeps the objects of a cluster by what ties them together, as they come and go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from meshctl.gate.host_sharing import HostSharing
from meshctl.gate.links import Links, links_of
from meshctl.mesh.workloads.workloads import controller_of, is_generated
from meshctl.resources import Gateway, Resource, Workload
from meshctl.spelling import CloseNames


class Identity(NamedTuple):
    """What an object is in a cluster, whatever version of its API shows it."""

    group: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, resource: Resource) -> "Identity":
        """Name an object."""
        return cls(resource.group, resource.kind, resource.namespace, resource.name)


_Label = tuple[str, str]
FOUND_BY_NAME = frozenset({"Service", "Gateway", "Secret", "SealedSecret", "Certificate"})
"""Kinds of which messages name those that somebody may have meant."""


class Snapshot:
    """All objects, found by identity, namespace, name, host, label and selector."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self.version = 0
        """Counts the changes."""
        self._objects: dict[Identity, Resource] = {}
        self._links: dict[Resource, Links] = {}
        self._positions: dict[Resource, int] = {}
        self._homes: dict[str, dict[Resource, None]] = {}
        self._by_name: tuple[int, Sequence[str]] | None = None
        self._kinds_at_home: dict[tuple[str, str], dict[Resource, None]] = {}
        self._kinds: dict[str, dict[Resource, None]] = {}
        self._views: dict[type[Resource], dict[Resource, None]] = {}
        self._alike: dict[frozenset[_Label], dict[Resource, None]] = {}
        self._named: dict[str, dict[Resource, None]] = {}
        self._reaching: dict[str, dict[Resource, None]] = {}
        self._called: dict[tuple[str, str], dict[Resource, None]] = {}
        self._mentioned: dict[str, dict[Resource, None]] = {}
        self._sharing: HostSharing[Resource] = HostSharing()
        self._replicas: dict[tuple[str, str], dict[Resource, None]] = {}
        self._ports: dict[tuple[int, bool], dict[Resource, None]] = {}
        self._workloads: dict[str, dict[Workload, None]] = {}
        self._labelled: dict[_Label, dict[Workload, None]] = {}
        self._selecting: dict[_Label, dict[Resource, None]] = {}
        self._in_selectors: dict[_Label, dict[Resource, None]] = {}
        self._admitting: dict[_Label, dict[Resource, None]] = {}
        self._served: dict[_Label, dict[Resource, None]] = {}
        self._decisive: tuple[int, str, Mapping[Resource, None]] | None = None
        for resource in resources:
            self.put(resource)

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._objects.values())

    def __contains__(self, resource: Resource) -> bool:
        return resource in self._positions

    @property
    def tables(self) -> Iterator[Mapping[Any, Any]]:
        """Walk what objects are filed in; all of it is empty once they are gone."""
        yield self._kinds_at_home
        yield from (self._homes, self._kinds, self._named, self._called, self._mentioned)
        yield self._reaching
        yield from (self._labelled, self._selecting, self._replicas, self._workloads)
        yield from (self._ports, self._views, self._alike, self._served, self._in_selectors)
        yield self._admitting
        yield from self._sharing.tables

    def get(self, identity: Identity) -> Resource | None:
        """Find one object."""
        return self._objects.get(identity)

    def put(self, resource: Resource) -> None:
        """Add an object, in the place of what has its identity."""
        identity = Identity.of(resource)
        self.remove(identity)
        self._objects[identity] = resource
        links = self._links[resource] = links_of(resource)
        self._positions[resource] = self.version
        for table, key in self._places(resource, links):
            table.setdefault(key, {})[resource] = None
        for host in links.hosts:
            self._sharing.add(host, resource)
        self.version += 1

    def remove(self, identity: Identity) -> None:
        """Take an object away; nothing happens where there is none."""
        resource = self._objects.pop(identity, None)
        if resource is None:
            return
        links = self._links.pop(resource)
        del self._positions[resource]
        for table, key in self._places(resource, links):
            found = table[key]
            del found[resource]
            if not found:
                del table[key]
        for host in links.hosts:
            self._sharing.remove(host, resource)
        self.version += 1

    def in_order(self, resources: Iterable[Resource]) -> list[Resource]:
        """Sort some of the objects as they came."""
        return sorted(resources, key=self._positions.__getitem__)

    def links(self, resource: Resource) -> Links:
        """The ties of an object, which need not be in here."""
        return self._links.get(resource) or links_of(resource)

    def in_namespace(self, namespace: str) -> Mapping[Resource, None]:
        """The objects of a namespace; the cluster-scoped ones are in the empty one."""
        return self._homes.get(namespace, {})

    @property
    def namespaces(self) -> Sequence[str]:
        """The namespaces that something is in, by name, whatever came and went in whichever order."""
        if self._by_name is None or self._by_name[0] != self.version:
            self._by_name = self.version, sorted(name for name in self._homes if name)
        return self._by_name[1]

    def has_namespace(self, name: str) -> bool:
        """Is there a Namespace of this name, or anything in it?"""
        return name in self._homes or self.get(Identity("", "Namespace", "", name)) is not None

    def shown_in(self, namespace: str) -> Iterator[Resource]:
        """Walk the objects of a namespace, of pods with one controller the first alone."""
        for one in self.in_namespace(namespace):
            if (
                not isinstance(one, Workload)
                or not is_generated(one)
                or next(iter(self._replicas[controller_of(one)])) is one
            ):
                yield one

    def workloads_in(self, namespace: str) -> Mapping[Workload, None]:
        """The workloads of a namespace, pods and what makes them."""
        return self._workloads.get(namespace, {})

    def of_kind_in(self, namespace: str, kind: str) -> Mapping[Resource, None]:
        """The objects of a kind in a namespace."""
        return self._kinds_at_home.get((namespace, kind), {})

    def of_kind(self, kind: str) -> Mapping[Resource, None]:
        """The objects of a kind, whatever its group."""
        return self._kinds.get(kind, {})

    def decisive_everywhere(self, root_namespace: str) -> Mapping[Resource, None]:
        """The objects that decide about any other, wherever that is.

        They are cluster-scoped, in the root namespace, or named by the mesh config there; and the first
        object of each kind shows that the kind is known at all.
        """
        if self._decisive is None or self._decisive[:2] != (self.version, root_namespace):
            found = dict.fromkeys(self._in_no_namespace) | self._homes.get(root_namespace, {})
            found.update((next(iter(alike)), None) for alike in self._views.values())
            for settings in self.of_kind_in(root_namespace, "ConfigMap"):
                found |= self.meant_by(self._links[settings])  # such as providers
            self._decisive = self.version, root_namespace, found
        return self._decisive[2]

    @property
    def _in_no_namespace(self) -> Iterator[Resource]:
        """Walk what is cluster-scoped; of Namespaces with the same labels of Istio's the first."""
        for resource in self._homes.get("", ()):
            if resource.kind != "Namespace":
                yield resource
        yield from (next(iter(found)) for found in self._alike.values())

    def named(self, key: str) -> Mapping[Resource, None]:
        """The objects that a name may mean."""
        return self._named.get(key, {})

    def meant_by(self, links: Links) -> dict[Resource, None]:
        """The objects that any word of an object may mean."""
        found: dict[Resource, None] = {}
        for key in links.mentions & self._named.keys():
            found |= self._named[key]
        return found

    def homes_in(self, links: Links) -> AbstractSet[str]:
        """The namespaces, with something in them, that an object may mention."""
        return links.homes & self._homes.keys()

    def called(self, kind: str, name: str) -> Mapping[Resource, None]:
        """The objects with a name of a kind that is ``FOUND_BY_NAME``, of whatever namespace."""
        return self._called.get((kind, name), {})

    def means_something(self, key: str) -> bool:
        """May a word of an object be a name of anything, or be shared with another object?"""
        name, _, home = key.partition(".")
        return (
            key in self._named
            or len(self._mentioned.get(key, ())) > 1
            or self.has_namespace(name)
            or home not in self._homes
            or any((kind, name) in self._called for kind in FOUND_BY_NAME)
        )

    def missing_in(self, namespace: str) -> Iterator[Resource]:
        """Walk the objects of other namespaces that mention a name in this one which nothing has."""
        for one in self._reaching.get(namespace, ()):
            keys = self._links[one].mentions
            if any(key.partition(".")[2] == namespace and key not in self._named for key in keys):
                yield one

    def near_namespace(self, name: str) -> Iterator[Resource]:
        """Walk the objects that speak of a namespace with nothing in it, whose name is nearly this one."""
        close = CloseNames((name,))
        for home, found in self._reaching.items():
            if home not in self._homes and "." not in home and close.only(home):
                yield from found

    def mentioning(self, key: str) -> Mapping[Resource, None]:
        """The objects in whose texts a name or host stands."""
        return self._mentioned.get(key, {})

    def on_port(self, number: int, *, is_all: bool) -> Mapping[Resource, None]:
        """The objects about a port; ``is_all`` where the number is all that tells its traffic."""
        return self._ports.get((number, is_all), {})

    def sharing(self, host: str) -> Iterator[Resource]:
        """Walk the objects about a host, by itself or by a wildcard."""
        return self._sharing.covering(host)

    def below(self, wildcard: str) -> Iterator[Resource]:
        """Walk the objects about what a wildcard covers."""
        return self._sharing.below(wildcard)

    def picked(self, selector: Mapping[str, str], namespace: str | None) -> Iterator[Workload]:
        """Walk the workloads that a selector picks, in one namespace or (``None``) in all."""
        if not selector:
            return
        fewest = min((self._labelled.get(label, {}) for label in selector.items()), key=len)
        for workload in fewest:
            if namespace in {None, workload.namespace} and (
                selector.items() <= workload.pod_labels.items()
            ):
                yield workload

    def look(self, workload: Workload) -> tuple[str, frozenset[_Label]]:
        """What selectors tell a workload by: its namespace, and the labels that any selector has."""
        return workload.namespace, frozenset(
            workload.pod_labels.items() & self._in_selectors.keys()
        )

    def picking(self, workload: Workload) -> Iterator[Resource]:
        """Walk the objects whose selector picks a workload."""
        yield from self.serving(workload)
        yield from self._picking(workload, self._selecting)

    def serving(self, workload: Workload) -> Iterator[Resource]:
        """Walk the Gateways whose selector picks a workload."""
        return self._picking(workload, self._served)

    def picking_but_gateways(self, workload: Workload) -> Iterator[Resource]:
        """Walk the other objects whose selector picks a workload."""
        return self._picking(workload, self._selecting)

    def picking_by_labels(self, labels: Mapping[str, str]) -> Iterator[Resource]:
        """Walk the objects of whatever namespace whose selector labels fit, or those of a peer; no Gateways."""
        for label in labels.items():
            for resource in self._selecting.get(label, ()):
                if self._links[resource].selector.items() <= labels.items():
                    yield resource
            for resource in self._admitting.get(label, ()):
                if any(peer.items() <= labels.items() for peer in self._links[resource].peers):
                    yield resource

    def _picking(
        self, workload: Workload, table: Mapping[_Label, Mapping[Resource, None]]
    ) -> Iterator[Resource]:
        labels = workload.pod_labels.items()
        for label in labels:
            for resource in table.get(label, ()):
                links = self._links[resource]
                near = links.is_wide or resource.namespace == workload.namespace
                if near and links.selector.items() <= labels:
                    yield resource

    def picking_alike(self, selector: Mapping[str, str]) -> Iterator[Resource]:
        """Walk the objects whose selector has a label in common, and may pick the same workloads."""
        for label in selector.items():
            yield from self._selecting.get(label, ())
            yield from self._served.get(label, ())

    def _places(
        self, resource: Resource, links: Links
    ) -> Iterator[tuple[dict[object, dict[Resource, None]], object]]:
        yield self._homes, resource.namespace  # type: ignore[misc]
        yield self._kinds_at_home, (resource.namespace, resource.kind)  # type: ignore[misc]
        yield self._kinds, resource.kind  # type: ignore[misc]
        yield self._views, type(resource)  # type: ignore[misc]
        if resource.kind == "Namespace":
            yield self._alike, frozenset(_of_istio(resource))  # type: ignore[misc]
        yield self._named, links.name  # type: ignore[misc]
        made = links.hosts if "Service" in resource.made_kinds else ()
        called = {("Service", host.partition(".")[0]) for host in made}
        if resource.kind in FOUND_BY_NAME:
            called.add((resource.kind, resource.name))
        for name in called:
            yield self._called, name  # type: ignore[misc]
        for key in links.mentions:
            yield self._mentioned, key  # type: ignore[misc]
        for home in links.homes - {resource.namespace}:
            yield self._reaching, home  # type: ignore[misc]
        if links.selector:
            table = self._served if isinstance(resource, Gateway) else self._selecting
            yield table, min(links.selector.items())  # type: ignore[misc]
        for label in links.selector.items():
            yield self._in_selectors, label  # type: ignore[misc]
        for label in {min(peer.items()) for peer in links.peers}:
            yield self._admitting, label  # type: ignore[misc]
        for port in links.ports:
            yield self._ports, port  # type: ignore[misc]
        if isinstance(resource, Workload):
            if is_generated(resource):
                yield self._replicas, controller_of(resource)  # type: ignore[misc]
            yield self._workloads, resource.namespace  # type: ignore[misc]
            for label in resource.pod_labels.items():
                yield self._labelled, label  # type: ignore[misc]


def _of_istio(namespace: Resource) -> Iterator[_Label]:
    """Walk the labels of a Namespace by which it is injected, or in ambient mode."""
    return (label for label in namespace.labels.items() if "istio" in label[0])
