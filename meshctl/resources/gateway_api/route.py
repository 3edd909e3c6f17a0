"""A view of the Gateway API's routes."""

from collections.abc import Iterator

from meshctl.istio.api_versions import GATEWAY_API
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views

_OF_MESH = frozenset({("", "Service"), ("networking.istio.io", "ServiceEntry")})
"""Parents whose clients follow a route (allowedParentReferences in Istio 1.31's gateway/conversion.go)."""


class ObjectReference(View):
    """A parent or a backend of a route."""

    @property
    def group(self) -> str:
        """The API group: the Gateway API's for a parent, the core one for a backend."""
        written = self.data.get("group")
        if isinstance(written, str):
            return written
        return GATEWAY_API if "parentRefs" in self.path else ""

    @property
    def kind(self) -> str:
        """``Gateway`` for a parent and ``Service`` for a backend, unless written."""
        return self.text("kind") or ("Gateway" if "parentRefs" in self.path else "Service")

    @property
    def mesh_kind(self) -> str:
        """``Service`` or ``ServiceEntry`` for a parent whose clients follow the route, else empty.

        Kinds of these names in other groups are other controllers'.
        """
        return self.kind if (self.group, self.kind) in _OF_MESH else ""

    @property
    def name(self) -> str:
        """The name of the object."""
        return self.text("name")

    @property
    def namespace(self) -> str:
        """Its namespace, the route's own unless written."""
        return self.text("namespace") or self.resource.namespace

    @property
    def section(self) -> str:
        """The listener or port it is about; empty for all."""
        return self.text("sectionName")

    @property
    def port(self) -> int | None:
        """The port it is about."""
        return self.number("port")


class KubernetesRoute(Resource):
    """An HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute."""

    @cached_property
    def parents(self) -> tuple[ObjectReference, ...]:
        """The Gateways or Services it attaches to."""
        return views(self.spec, "parentRefs", ObjectReference)

    @cached_property
    def hostnames(self) -> tuple[str, ...]:
        """The host names it is for; empty for all of its listeners."""
        return self.spec.texts("hostnames")

    @cached_property
    def rules(self) -> tuple[View, ...]:
        """Its rules in order."""
        return views(self.spec, "rules", View)

    @property
    def backends(self) -> Iterator[ObjectReference]:
        """Every backend of every rule."""
        for entry in self.rules:
            yield from views(entry, "backendRefs", ObjectReference)


class BackendTlsPolicy(Resource):
    """A BackendTLSPolicy: how TLS is opened to a backend, and what its certificate is checked by."""

    @cached_property
    def targets(self) -> tuple[ObjectReference, ...]:
        """The backends that it is for, of its own namespace."""
        return views(self.spec, "targetRefs", ObjectReference)

    @cached_property
    def authorities(self) -> tuple[ObjectReference, ...]:
        """Where the certificates of authorities are; istiod reads the first alone."""
        return views(self.validation, "caCertificateRefs", ObjectReference)

    @cached_property
    def validation(self) -> View:
        """What the certificate of the backend is checked by."""
        return self.spec.child("validation")

    @cached_property
    def subject_alt_names(self) -> tuple[View, ...]:
        """The names that the certificate may have, each with ``type`` and ``hostname`` or ``uri``."""
        return views(self.validation, "subjectAltNames", View)
