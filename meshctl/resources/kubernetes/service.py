"""A view of Kubernetes' Service."""

from meshctl.istio.protocols import Protocol, port_protocol
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views
from meshctl.words import whole_number


class ServicePort(View):
    """One port of a Service."""

    @cached_property
    def port(self) -> int:
        """The service port, 0 when it is missing."""
        return self.number("port") or 0

    @cached_property
    def name(self) -> str:
        """Its name."""
        return self.text("name")

    @cached_property
    def protocol(self) -> Protocol:
        """What it speaks, as istiod decides by its fields."""
        return port_protocol(self.name, self.port, self.transport, self.app_protocol)

    @cached_property
    def target(self) -> int | str:
        """The container port: a number, or the name of a port of the pod."""
        value = self.data.get("targetPort")
        if isinstance(value, str) and value:
            number = whole_number(value)
            return value if number is None else number
        return self.number("targetPort") or self.port

    @property
    def transport(self) -> str:
        """TCP, UDP or SCTP."""
        return self.text("protocol") or "TCP"

    @property
    def app_protocol(self) -> str | None:
        """The application protocol as written, ``None`` when absent."""
        return self.text("appProtocol") or None


class Service(Resource):
    """A Kubernetes Service."""

    @cached_property
    def selector(self) -> dict[str, str]:
        """Labels of its pods; empty when endpoints are managed by hand."""
        return self.spec.labels_of("selector")

    @cached_property
    def ports(self) -> tuple[ServicePort, ...]:
        """Its ports in order."""
        return views(self.spec, "ports", ServicePort)

    @cached_property
    def type(self) -> str:
        """ClusterIP unless written."""
        return self.spec.text("type") or "ClusterIP"

    @cached_property
    def external_name(self) -> str:
        """The name that an ExternalName Service stands for, empty for other types."""
        return self.spec.text("externalName") if self.type == "ExternalName" else ""

    @property
    def outside_addresses(self) -> tuple[str, ...]:
        """Where it answers outside the cluster: its load balancer's addresses, external IPs."""
        ingress = views(self.child("status", "loadBalancer"), "ingress", View)
        balanced = (item.text("ip") or item.text("hostname") for item in ingress)
        return tuple(address for address in (*balanced, *self.spec.texts("externalIPs")) if address)

    @property
    def keeps_source(self) -> bool:
        """Do connections from outside keep their address (``externalTrafficPolicy: Local``)?"""
        return self.spec.text("externalTrafficPolicy") == "Local"

    @cached_property
    def is_headless(self) -> bool:
        """Has it no address of its own (``clusterIP: None``)?"""
        return self.spec.text("clusterIP") == "None"

    @cached_property
    def export_to(self) -> tuple[str, ...]:
        """Namespaces it is visible to: annotation ``networking.istio.io/exportTo``."""
        text = self.annotations.get("networking.istio.io/exportTo", "")
        return tuple(part.strip() for part in text.split(",") if part.strip())
