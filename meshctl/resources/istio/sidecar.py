"""A view of Sidecar."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class EgressListener(View):
    """One egress listener: hosts the proxies may reach."""

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """``namespace/host`` entries as written."""
        return self.texts("hosts")

    @property
    def port(self) -> int | None:
        """The port it is limited to."""
        return self.child("port").number("number")


class Sidecar(Resource):
    """A Sidecar: what the proxies of a namespace or of some workloads see."""

    @cached_property
    def workload_selector(self) -> dict[str, str]:
        """Labels of the workloads it is for; empty for the whole namespace."""
        return self.spec.child("workloadSelector").labels_of("labels")

    @cached_property
    def egress(self) -> tuple[EgressListener, ...]:
        """Its egress listeners in order."""
        return views(self.spec, "egress", EgressListener)
