"""Decides whether a route or Gateway may refer to another namespace, by ReferenceGrants.

The rules of the Gateway API (ReferenceGrant, allowedRoutes) as pilot/pkg/config/kube/gateway and
gatewaycommon/references.go apply them, Istio 1.31.
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from meshctl.istio.labels import NAMESPACE_NAME
from meshctl.mesh.core.selectors import matches
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import (
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    ObjectReference,
    ReferenceGrant,
    Resource,
    View,
)

_GROUP = "gateway.networking.k8s.io"
_ORIGINS = frozenset({"Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"})
_TARGETS = frozenset({
    ("", "ConfigMap"), ("", "Secret"), ("", "Service"),
    ("inference.networking.k8s.io", "InferencePool"),
})  # fmt: skip
_OF_GATEWAYS = frozenset({"Gateway", "ListenerSet"})
_READ_BY_GATEWAYS = frozenset({"ConfigMap", "Secret"})
_Pair = tuple[str, str, str, str, str]
"""Namespace and kind of the origin, then namespace, group and kind of the target."""
_Targets = dict[tuple[str, str], set[str | None]]
"""Names by group and kind of the target; ``None`` stands for every name."""
_FEW = 8
"""Of so many origins and targets each pair is filed."""


class Admission(Enum):
    """Does a Gateway let a route attach?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ReferenceGrants:
    """Gateways and ReferenceGrants by namespace."""

    def __init__(
        self, gateways: Iterable[KubernetesGateway], grants: Iterable[ReferenceGrant],
        workloads: Workloads,
    ) -> None:  # fmt: skip
        self._gateways = {gateway.key_name: gateway for gateway in gateways}
        self._names: dict[_Pair, set[str | None]] = {}
        self._many: dict[tuple[str, str, str], list[_Targets]] = {}
        for grant in grants:
            self._file(grant)
        self._workloads = workloads

    def _file(self, grant: ReferenceGrant) -> None:
        """File each origin with each target; where both are many, all origins share the targets."""
        origins = {(*origin, grant.namespace) for origin in _origins(grant)}
        targets = _targets(grant)
        if len(origins) > _FEW and sum(map(len, targets.values())) > _FEW:
            for origin in origins:
                self._many.setdefault(origin, []).append(targets)
            return
        for origin in origins:
            for kind, names in targets.items():
                self._names.setdefault((*origin, *kind), set()).update(names)

    def gateway(self, parent: ObjectReference) -> KubernetesGateway | None:
        """The Gateway that a parent reference names."""
        return self._gateways.get(f"{parent.namespace}/{parent.name}")

    def named(self, namespace: str, name: str) -> Iterator[KubernetesGateway]:
        """Walk the Gateways of this name: one, or none."""
        found = self._gateways.get(f"{namespace}/{name}")
        if found is not None:
            yield found

    def allows(self, origin: Resource, kind: tuple[str, str], namespace: str, name: str) -> bool:
        """Does a namespace let an object refer to one of its own, given as (group, kind)?"""
        if namespace == origin.namespace:
            return True
        asking = origin.namespace, origin.kind, namespace
        found = [self._names.get((*asking, *kind), ())]
        found += [targets.get(kind, ()) for targets in self._many.get(asking, ())]
        return any(None in names or name in names for names in found)

    def allows_backend(self, reference: ObjectReference) -> bool:
        """Does the namespace of an object let this route refer to it?"""
        kind = reference.group, reference.kind
        return self.allows(reference.resource, kind, reference.namespace, reference.name)

    def allows_secret(self, owner: Resource, namespace: str, name: str) -> bool:
        """Does a namespace let a Gateway (or ListenerSet) use one of its Secrets?"""
        return self.allows(owner, ("", "Secret"), namespace, name)

    def reads(self, kind: str) -> str | None:
        """The group in which grants have to name a kind; ``None`` for one that istiod ignores."""
        if kind in _ORIGINS:
            return _GROUP
        return next((group for group, one in _TARGETS if one == kind), None)

    def idle(self, grant: ReferenceGrant) -> Iterator[tuple[View, str]]:
        """Walk the entries that surely let nothing in, with the reason.

        Gateways and ListenerSets refer to Secrets and ConfigMaps, routes to backends; kinds that istiod doesn't read
        may be another controller's.
        """
        origins = [
            one for one in grant.origins if one.text("kind") in _ORIGINS and self._is_read(one)
        ]
        targets = [one for one in grant.targets if self._is_read(one)]
        letting = {
            one.text("kind") in _OF_GATEWAYS
            for one in origins
            if one.text("namespace") != grant.namespace
        }
        read = {one.text("kind") in _READ_BY_GATEWAYS for one in targets}
        reads_all_targets = 0 < len(targets) == len(grant.targets)
        for origin in origins:
            if origin.text("namespace") == grant.namespace:
                yield origin, f"namespace {grant.namespace} needs no grant for objects of its own"
            elif reads_all_targets and (origin.text("kind") in _OF_GATEWAYS) not in read:
                yield origin, f"{origin.text('kind')}s refer to none of the kinds of spec.to"
        whole = {one.text("kind") for one in targets if not one.has("name")}
        is_open = len(origins) < len(grant.origins) or not letting
        for target in targets:
            kind = target.text("kind")
            if not is_open and (kind in _READ_BY_GATEWAYS) not in letting:
                yield target, f"none of the kinds of spec.from refers to {kind}s"
            elif target.has("name") and kind in whole:
                yield target, f"another entry of spec.to is for all {kind}s"

    def _is_read(self, entry: View) -> bool:
        return self.reads(entry.text("kind")) == entry.text("group")

    def admits(self, gateway: KubernetesGateway, route: KubernetesRoute, section: str) -> Admission:
        """Does a listener of a Gateway, or the one named by a section, take a route?"""
        answers = [
            self.admits_from(listener, route.namespace)
            for listener in gateway.listeners
            if not section or listener.name == section
        ]
        for answer in (Admission.YES, Admission.UNKNOWN):
            if answer in answers:
                return answer
        return Admission.NO

    def admits_from(self, listener: KubernetesListener, namespace: str) -> Admission:
        """Does a listener take routes of a namespace?"""
        written = listener.child("allowedRoutes", "namespaces")
        match listener.routes_from:
            case "Same":
                same = namespace == listener.resource.namespace
                return Admission.YES if same else Admission.NO
            case "Selector" if written.has("selector"):
                known = self._workloads.namespace(namespace)
                if known is None:
                    return Admission.UNKNOWN
                # The API server labels every namespace with its name.
                labels = {**known.labels, NAMESPACE_NAME: known.name}
                is_chosen = matches(written.child("selector"), labels)
                return Admission.YES if is_chosen else Admission.NO
        return Admission.YES


def _origins(grant: ReferenceGrant) -> Iterator[tuple[str, str]]:
    """Walk the namespaces and kinds that a grant lets in, of the kinds that istiod knows."""
    for origin in grant.origins:
        kind = origin.text("kind")
        if origin.text("group") == _GROUP and kind in _ORIGINS:
            yield origin.text("namespace"), kind


def _targets(grant: ReferenceGrant) -> _Targets:
    """Read what they may refer to: names by group and kind, ``None`` for every name."""
    found: _Targets = {}
    for target in grant.targets:
        what = target.text("group"), target.text("kind")
        if what in _TARGETS:
            found.setdefault(what, set()).add(_name(target))
    return found


def _name(target: View) -> str | None:
    return target.text("name") if target.has("name") else None
