"""A view of ConfigMap."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import cached_property


class ConfigMap(Resource):
    """A Kubernetes ConfigMap."""

    @cached_property
    def values(self) -> dict[str, str]:
        """The entries of ``data``."""
        return self.labels_of("data")
