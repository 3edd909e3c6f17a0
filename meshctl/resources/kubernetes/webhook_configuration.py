"""A view of the two webhook configurations."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class Webhook(View):
    """One webhook: who is called, and for which objects."""

    @property
    def name(self) -> str:
        """Its name, such as ``sidecar-injector.istio.io``."""
        return self.text("name")

    @cached_property
    def service(self) -> View:
        """The Service that answers, empty when a URL is called."""
        return self.child("clientConfig", "service")

    @cached_property
    def namespace_selector(self) -> View:
        """Labels of the namespaces it is for; empty for all."""
        return self.child("namespaceSelector")

    @cached_property
    def object_selector(self) -> View:
        """Labels of the objects it is for; empty for all."""
        return self.child("objectSelector")


class WebhookConfiguration(Resource):
    """A MutatingWebhookConfiguration or ValidatingWebhookConfiguration."""

    @cached_property
    def webhooks(self) -> tuple[Webhook, ...]:
        """The webhooks in order."""
        return views(self, "webhooks", Webhook)

    @property
    def is_mutating(self) -> bool:
        """Does it change objects, as injection does?"""
        return self.kind == "MutatingWebhookConfiguration"
