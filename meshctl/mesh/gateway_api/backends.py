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
from meshctl.words import all_of, quoted

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
        self._services = {service.key_name for service in given.registry.services}

    def read(self, reference: ObjectReference, *, enforce_grants: bool) -> Backend:
        """Read a backend; routes for the mesh need no ReferenceGrant."""
        route = reference.resource
        if enforce_grants and reference.namespace != route.namespace:
            fault = self._refusal(reference)
            if fault is not None:
                return Backend({}, fault)
        match reference.group, reference.kind:
            case ("", "Service"):
                if "." in reference.name:
                    text = f"{quoted(reference.name)} is no name of a Service but a host name"
                    return _fatal("InvalidDestination", text, reference, "name")
                return self._service(reference)
            case (group, "Hostname") if group == _ISTIO:
                return self._host(reference)
            case kind if kind == _IMPORT:
                return self._service(reference)
        what = f"{reference.group}/{reference.kind}" if reference.group else reference.kind
        hint = (
            ", unless ENABLE_GATEWAY_API_INFERENCE_EXTENSION is on"
            if self._is_pool(reference)
            else ""
        )
        text = f"{what} is no kind of backend{hint}"
        return Backend({}, Fault("InvalidKind", text, reference.at("kind")))

    def _is_pool(self, reference: ObjectReference) -> bool:
        return (reference.group, reference.kind) == _POOL

    def _refusal(self, reference: ObjectReference) -> Fault | None:
        if self._given.reference_grants.allows_backend(reference):
            return None
        if not self._given.inventory.knows.all_of("ReferenceGrant", reference.namespace):
            return None
        route = reference.resource
        text = (
            f"no ReferenceGrant of namespace {reference.namespace} lets {route.kind}s of "
            f"{route.namespace} use {reference.kind} {quoted(reference.name)}"
        )
        return Fault("RefNotPermitted", text, reference.at("namespace"))

    def _service(self, reference: ObjectReference) -> Backend:
        host = f"{reference.name}.{reference.namespace}.svc.{self._given.inventory.config.domain}"
        knows = self._given.inventory.knows.all_of("Service", reference.namespace)
        fault = None
        if f"{reference.namespace}/{reference.name}" not in self._services and knows:
            text = f"namespace {reference.namespace} has no Service {quoted(reference.name)}"
            fault = Fault("BackendNotFound", text, reference.at("name"))
        return _to(host, reference, fault)

    def _host(self, reference: ObjectReference) -> Backend:
        if reference.has("namespace"):
            text = "a backend of kind Hostname takes no namespace"
            return _fatal("InvalidDestination", text, reference, "namespace")
        declared = self._given.registry.at(reference.name)
        known = any(entry.namespace == reference.resource.namespace for entry in declared)
        fault = None
        if not known and (declared or self._given.inventory.has_all("ServiceEntry", "Service")):
            homes = all_of(sorted(entry.namespace for entry in declared))
            where = f", only {homes}" if homes else ""
            text = (
                f"namespace {reference.resource.namespace} declares no host {reference.name}{where}"
            )
            fault = Fault("BackendNotFound", text, reference.at("name"))
        return _to(reference.name, reference, fault)


def _to(host: str, reference: ObjectReference, fault: Fault | None) -> Backend:
    if reference.port is None:
        return _fatal(
            "InvalidDestination", f"backend {quoted(reference.name)} has no port", reference
        )
    return Backend({"host": host, "port": {"number": reference.port}}, fault)


def _fatal(reason: str, text: str, reference: ObjectReference, *keys: str) -> Backend:
    return Backend({}, Fault(reason, text, reference.at(*keys)), is_fatal=True)
