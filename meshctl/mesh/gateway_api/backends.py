"""Resolves the backends of a route, with what is wrong with each.

Mirrors buildDestination (pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31): it never looks
at ports; what is refused or of another kind becomes a destination without host, which Envoy answers
with 500; a fault that is ``fatal`` makes every rule of the route vanish.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.status.conditions import Fault
from meshctl.resources import ObjectReference
from meshctl.words import quoted

_ISTIO = "networking.istio.io"
_IMPORT = ("multicluster.x-k8s.io", "ServiceImport")
_POOL = ("inference.networking.k8s.io", "InferencePool")


class Backend(NamedTuple):
    """A backend as a destination of a VirtualService; an empty one leads nowhere."""

    destination: Mapping[str, Any]
    fault: Fault | None = None
    is_fatal: bool = False


class Backends:
    """Answers for backends, as far as the input knows them."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._services = {one.key_name for one in given.registry.services}

    def read(self, one: ObjectReference, *, enforce_grants: bool) -> Backend:
        """Read a backend; routes for the mesh need no ReferenceGrant."""
        route = one.resource
        if enforce_grants and one.namespace != route.namespace:
            fault = self._refusal(one)
            if fault is not None:
                return Backend({}, fault)
        match one.group, one.kind:
            case ("", "Service"):
                if "." in one.name:
                    text = f"{quoted(one.name)} is no name of a Service but a host name"
                    return _fatal("InvalidDestination", text, one, "name")
                return self._service(one)
            case (group, "Hostname") if group == _ISTIO:
                return self._host(one)
            case kind if kind == _IMPORT:
                return self._service(one)
        what = f"{one.group}/{one.kind}" if one.group else one.kind
        hint = ", unless ENABLE_GATEWAY_API_INFERENCE_EXTENSION is on" if self._is_pool(one) else ""
        text = f"{what} is no kind of backend{hint}"
        return Backend({}, Fault("InvalidKind", text, one.at("kind")))

    def _is_pool(self, one: ObjectReference) -> bool:
        return (one.group, one.kind) == _POOL

    def _refusal(self, one: ObjectReference) -> Fault | None:
        if self._given.reference_grants.allows_backend(one):
            return None
        if not self._given.inventory.knows.all_of("ReferenceGrant", one.namespace):
            return None
        route = one.resource
        text = (
            f"no ReferenceGrant of namespace {one.namespace} lets {route.kind}s of "
            f"{route.namespace} use {one.kind} {quoted(one.name)}"
        )
        return Fault("RefNotPermitted", text, one.at("namespace"))

    def _service(self, one: ObjectReference) -> Backend:
        host = f"{one.name}.{one.namespace}.svc.{self._given.inventory.config.domain}"
        knows = self._given.inventory.knows.all_of("Service", one.namespace)
        fault = None
        if f"{one.namespace}/{one.name}" not in self._services and knows:
            text = f"namespace {one.namespace} has no Service {quoted(one.name)}"
            fault = Fault("BackendNotFound", text, one.at("name"))
        return _to(host, one, fault)

    def _host(self, one: ObjectReference) -> Backend:
        if one.has("namespace"):
            text = "a backend of kind Hostname takes no namespace"
            return _fatal("InvalidDestination", text, one, "namespace")
        declared = self._given.registry.at(one.name)
        known = any(entry.namespace == one.resource.namespace for entry in declared)
        fault = None
        if not known and (declared or self._given.inventory.has_all("ServiceEntry", "Service")):
            homes = " and ".join(sorted(entry.namespace for entry in declared))
            where = f", only {homes}" if homes else ""
            text = f"namespace {one.resource.namespace} declares no host {one.name}{where}"
            fault = Fault("BackendNotFound", text, one.at("name"))
        return _to(one.name, one, fault)


def _to(host: str, one: ObjectReference, fault: Fault | None) -> Backend:
    if one.port is None:
        return _fatal("InvalidDestination", f"backend {quoted(one.name)} has no port", one)
    return Backend({"host": host, "port": {"number": one.port}}, fault)


def _fatal(reason: str, text: str, one: ObjectReference, *keys: str) -> Backend:
    return Backend({}, Fault(reason, text, one.at(*keys)), is_fatal=True)
