"""A view of ServiceEntry."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class EntryPort(View):
    """One port of a ServiceEntry."""

    @property
    def entry(self) -> "ServiceEntry":
        """The ServiceEntry that declares this port."""
        assert isinstance(self.resource, ServiceEntry)  # noqa: S101 - narrows the type
        return self.resource

    @property
    def port(self) -> int:
        """The port clients use, 0 when it is missing."""
        return self.number("number") or 0

    @property
    def name(self) -> str:
        """Its name."""
        return self.text("name")

    @property
    def protocol(self) -> str:
        """The protocol as written."""
        return self.text("protocol")

    @property
    def target(self) -> int:
        """The port of the endpoints."""
        return self.number("targetPort") or self.port


class EntryEndpoint(View):
    """One static endpoint: of a ServiceEntry, or the whole ``spec`` of a WorkloadEntry."""

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels subsets choose by."""
        return self.labels_of("labels")

    @property
    def address(self) -> str:
        """IP, host name or unix socket."""
        return self.text("address")

    @cached_property
    def ports(self) -> dict[str, int]:
        """Port numbers by name."""
        ports = self.child("ports").data
        return {name: port for name, port in ports.items() if isinstance(port, int)}

    @property
    def service_account(self) -> str:
        """The identity of the endpoint."""
        return self.text("serviceAccount")


class ServiceEntry(Resource):
    """A ServiceEntry: hosts added to the registry by hand."""

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts as written; they are never completed with a namespace."""
        return self.spec.texts("hosts")

    @cached_property
    def ports(self) -> tuple[EntryPort, ...]:
        """Its ports in order."""
        return views(self.spec, "ports", EntryPort)

    @cached_property
    def endpoints(self) -> tuple[EntryEndpoint, ...]:
        """Endpoints written in the entry itself."""
        return views(self.spec, "endpoints", EntryEndpoint)

    @cached_property
    def ports_of_endpoints(self) -> dict[str, list[int]]:
        """The numbers that its endpoints write for each name of a port."""
        found: dict[str, list[int]] = {}
        for endpoint in self.endpoints:
            for name, number in endpoint.ports.items():
                found.setdefault(name, []).append(number)
        return found

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Virtual addresses."""
        return self.spec.texts("addresses")

    @cached_property
    def workload_selector(self) -> dict[str, str]:
        """Labels of the pods and WorkloadEntries behind it; empty for none."""
        return self.spec.child("workloadSelector").labels_of("labels")

    @cached_property
    def is_external(self) -> bool:
        """Is it outside the mesh? MESH_EXTERNAL is enum value 0, so the default."""
        return self.spec.text("location") != "MESH_INTERNAL"

    @cached_property
    def resolution(self) -> str:
        """NONE unless written."""
        return self.spec.text("resolution") or "NONE"

    @cached_property
    def export_to(self) -> tuple[str, ...]:
        """Namespaces it is visible to, as written."""
        return self.spec.texts("exportTo")
