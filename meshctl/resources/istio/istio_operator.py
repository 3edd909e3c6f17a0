"""A view of IstioOperator, the input of ``istioctl install``."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property


class IstioOperator(Resource):
    """An IstioOperator: how Istio is to be installed."""

    @cached_property
    def values(self) -> View:
        """The values of the Helm charts."""
        return self.spec.child("values")

    @cached_property
    def components(self) -> View:
        """The components by name."""
        return self.spec.child("components")
