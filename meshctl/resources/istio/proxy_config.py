"""A view of ProxyConfig."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import cached_property


class ProxyConfig(Resource):
    """A ProxyConfig: how the proxies of workloads are set up when they are injected."""

    @cached_property
    def selector(self) -> dict[str, str]:
        """Labels of the workloads it is for; empty for the whole namespace."""
        return self.spec.child("selector").labels_of("matchLabels")

    @property
    def image_type(self) -> str:
        """The variant of the proxy image, such as ``distroless``; empty when not set."""
        return self.spec.child("image").text("imageType")

    @property
    def is_for_nobody(self) -> bool:
        """Has it a selector without labels, which is neither for the namespace nor for any workload?"""
        return self.spec.has("selector") and not self.selector
