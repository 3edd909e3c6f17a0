"""Views of the Gateway API's Gateway, GatewayClass and ReferenceGrant."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views

_HBONE_PORT = 15008
_GROUP = "gateway.networking.k8s.io"


class KubernetesListener(View):
    """One listener of a Gateway."""

    @property
    def name(self) -> str:
        """Its name, which a route's ``sectionName`` refers to."""
        return self.text("name")

    @property
    def port(self) -> int | None:
        """Its port."""
        return self.number("port")

    @property
    def protocol(self) -> str:
        """HTTP, HTTPS, TLS, TCP, ... as written."""
        return self.text("protocol")

    @property
    def hostname(self) -> str:
        """The host name it is for; empty for all."""
        return self.text("hostname")

    @cached_property
    def certificates(self) -> tuple[View, ...]:
        """The references to its certificates."""
        return views(self.child("tls"), "certificateRefs", View)

    @property
    def routes_from(self) -> str:
        """The namespaces whose routes may attach: ``Same`` unless written."""
        return self.child("allowedRoutes", "namespaces").text("from") or "Same"


class KubernetesGateway(Resource):
    """A Gateway of the Gateway API; with Istio each has its own gateway workload or waypoint."""

    @property
    def class_name(self) -> str:
        """Its GatewayClass."""
        return self.spec.text("gatewayClassName")

    @cached_property
    def listeners(self) -> tuple[KubernetesListener, ...]:
        """Its listeners in order."""
        return views(self.spec, "listeners", KubernetesListener)

    @cached_property
    def ports(self) -> tuple[tuple[int | None, str], ...]:
        """The ports of its listeners with their protocols, each once."""
        return tuple(dict.fromkeys((each.port, each.protocol) for each in self.listeners))

    @cached_property
    def addresses(self) -> tuple[View, ...]:
        """The addresses it asks for; of an existing Service when deployed by hand."""
        return views(self.spec, "addresses", View)

    @property
    def is_waypoint(self) -> bool:
        """Is it a waypoint of ambient mode?"""
        return self.class_name == "istio-waypoint" or any(
            listener.protocol == "HBONE" and listener.port == _HBONE_PORT
            for listener in self.listeners
        )


class ListenerSet(Resource):
    """A ListenerSet: more listeners for a Gateway, written by somebody else."""

    @cached_property
    def parent(self) -> View:
        """The reference to its Gateway."""
        return self.spec.child("parentRef")

    @property
    def gateway_name(self) -> str:
        """Its Gateway as ``namespace/name``; empty for a parent of another kind."""
        parent = self.parent
        kind, group = parent.text("kind", "Gateway"), parent.text("group", _GROUP)
        if (kind, group) != ("Gateway", _GROUP):
            return ""
        return f"{parent.text('namespace') or self.namespace}/{parent.text('name')}"

    @cached_property
    def listeners(self) -> tuple[KubernetesListener, ...]:
        """Its listeners in order."""
        return views(self.spec, "listeners", KubernetesListener)


class GatewayClass(Resource):
    """A GatewayClass: which controller serves Gateways of that name."""

    @property
    def controller(self) -> str:
        """The name of its controller."""
        return self.spec.text("controllerName")


class ReferenceGrant(Resource):
    """A ReferenceGrant: which namespaces may refer to objects of this one."""

    @cached_property
    def origins(self) -> tuple[View, ...]:
        """The entries of ``from``."""
        return views(self.spec, "from", View)

    @cached_property
    def targets(self) -> tuple[View, ...]:
        """The entries of ``to``."""
        return views(self.spec, "to", View)
