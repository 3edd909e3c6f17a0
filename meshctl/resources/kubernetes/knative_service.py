"""A view of Knative's Service, of which Knative makes pods and a Service of Kubernetes."""

from typing import ClassVar

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property


class KnativeService(Resource):
    """A Service of Knative: a pod template, and a name under which it is asked."""

    made_kinds: ClassVar[tuple[str, ...]] = ("Service", "Workload")

    @cached_property
    def template(self) -> View:
        """The pod template of its revisions."""
        return self.spec.child("template")
