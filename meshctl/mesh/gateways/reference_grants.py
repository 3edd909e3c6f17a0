"""May a route refer to that Gateway or Service?

The rules of the Gateway API (ReferenceGrant, allowedRoutes) as pilot/pkg/config/kube/gateway
applies them, Istio 1.31.
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from meshctl.mesh.injection.webhooks import matches
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import (
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    ObjectReference,
    ReferenceGrant,
    View,
)


class Admission(Enum):
    """Does a Gateway let a route attach?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ReferenceGrants:
    """Gateways and ReferenceGrants by namespace."""

    def __init__(
        self, gateways: Iterable[KubernetesGateway], grants: Iterable[ReferenceGrant],
        workloads: Workloads, *, is_whole: bool,
    ) -> None:  # fmt: skip
        self._gateways = {gateway.key_name: gateway for gateway in gateways}
        self._namespaces = {gateway.namespace for gateway in self._gateways.values()}
        self._grants: dict[str, list[ReferenceGrant]] = {}
        for grant in grants:
            self._grants.setdefault(grant.namespace, []).append(grant)
        self._workloads = workloads
        self._is_whole = is_whole

    def gateway(self, parent: ObjectReference) -> KubernetesGateway | None:
        """The Gateway that a parent reference names."""
        return self._gateways.get(f"{parent.namespace}/{parent.name}")

    def named(self, namespace: str, name: str) -> Iterator[KubernetesGateway]:
        """Walk the Gateways of this name: one, or none."""
        found = self._gateways.get(f"{namespace}/{name}")
        if found is not None:
            yield found

    def knows_gateways_of(self, namespace: str) -> bool:
        """Has the input the Gateways of a namespace, so that a missing one is absent?"""
        return self._is_whole or namespace in self._namespaces

    def is_known(self, namespace: str) -> bool:
        """Has the input ReferenceGrants of a namespace, so that a missing one is absent?"""
        return self._is_whole or namespace in self._grants

    def allows(self, reference: ObjectReference) -> bool:
        """Does the namespace of an object let this route refer to it?"""
        route = reference.resource
        if reference.namespace == route.namespace:
            return True
        return any(
            _matches(grant, reference) for grant in self._grants.get(reference.namespace, ())
        )

    def allows_secret(self, gateway: KubernetesGateway, namespace: str, name: str) -> bool:
        """Does a namespace let a Gateway use one of its Secrets?"""
        asks = (gateway.group, gateway.kind, gateway.namespace)
        return namespace == gateway.namespace or any(
            any(_who(one) == asks for one in grant.origins)
            and any(
                (one.text("group"), one.text("kind")) == ("", "Secret")
                and one.text("name") in {"", name}
                for one in grant.targets
            )
            for grant in self._grants.get(namespace, ())
        )

    def admits(self, gateway: KubernetesGateway, route: KubernetesRoute, section: str) -> Admission:
        """Does a listener of a Gateway, or the one named by a section, take a route?"""
        answers = [
            self._admits(listener, gateway, route)
            for listener in gateway.listeners
            if not section or listener.name == section
        ]
        for answer in (Admission.YES, Admission.UNKNOWN):
            if answer in answers:
                return answer
        return Admission.NO

    def _admits(
        self, listener: KubernetesListener, gateway: KubernetesGateway, route: KubernetesRoute
    ) -> Admission:
        match listener.routes_from:
            case "All":
                return Admission.YES
            case "Selector":
                namespace = self._workloads.namespace(route.namespace)
                if namespace is None:
                    return Admission.UNKNOWN
                # The API server labels every namespace with its name.
                labels = {"kubernetes.io/metadata.name": namespace.name, **namespace.labels}
                selector = listener.child("allowedRoutes", "namespaces", "selector")
                return Admission.YES if matches(selector, labels) else Admission.NO
            case "Same":
                same = route.namespace == gateway.namespace
                return Admission.YES if same else Admission.NO
        return Admission.NO


def _matches(grant: ReferenceGrant, reference: ObjectReference) -> bool:
    route = reference.resource
    from_route = any(
        _who(one) == (route.group, route.kind, route.namespace) for one in grant.origins
    )
    return from_route and any(
        (one.text("group"), one.text("kind")) == (reference.group, reference.kind)
        and one.text("name") in {"", reference.name}
        for one in grant.targets
    )


def _who(origin: View) -> tuple[str, str, str]:
    return origin.text("group"), origin.text("kind"), origin.text("namespace")
