"""The Services that the API server calls, which is no client of the mesh.

Admission webhooks, conversions of CustomResourceDefinitions and aggregated APIs name them
(``clientConfig.service``, ``spec.service``; k8s.io/apiserver, pkg/util/webhook and kube-aggregator).
"""

from collections.abc import Iterator

from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import CustomResourceDefinition, Resource, View, WebhookConfiguration

_HTTPS = 443
_AGGREGATED = "APIService"


def called_by_api_server(resource: Resource) -> Iterator[View]:
    """Walk the Services that the API server is to call because of one object."""
    if isinstance(resource, WebhookConfiguration):
        found = [webhook.service for webhook in resource.webhooks]
    elif isinstance(resource, CustomResourceDefinition):
        found = [resource.spec.child("conversion", "webhook", "clientConfig", "service")]
    elif resource.kind == _AGGREGATED:
        found = [resource.spec.child("service")]
    else:
        found = []
    yield from (service for service in found if service.text("name"))


def called_port(service: View) -> int:
    """The port that such a reference means."""
    return service.number("port") or _HTTPS


def api_server_hosts(inventory: Inventory) -> frozenset[str]:
    """The hosts that the API server calls."""
    domain = inventory.config.domain
    return frozenset(
        f"{service.text('name')}.{service.text('namespace')}.svc.{domain}"
        for resource in inventory.resources
        for service in called_by_api_server(resource)
    )
