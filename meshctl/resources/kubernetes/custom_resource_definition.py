"""A view of CustomResourceDefinition."""

from meshctl.resources.resource import Resource


class CustomResourceDefinition(Resource):
    """A CustomResourceDefinition: a kind that the cluster knows."""

    @property
    def defined_group(self) -> str:
        """The API group of the kind."""
        return self.spec.text("group")

    @property
    def defined_kind(self) -> str:
        """The kind."""
        return self.spec.child("names").text("kind")
