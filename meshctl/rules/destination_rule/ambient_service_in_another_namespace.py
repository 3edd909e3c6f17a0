"""A DestinationRule for a Service of ambient mode is where its waypoint doesn't look.

The waypoint, not the client, chooses the pod, and it looks for a DestinationRule as any client
does: in its own namespace, in that of the Service and in the root namespace. One beside the
clients that call the Service is for those of them with a sidecar alone.

Fix: move the DestinationRule to the namespace of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import ambient_service, proxy_setting
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=DestinationRule,
    severity=Severity.WARNING,
    equivalents=("KIA0212",),
    since="0.1.0",
    renamed_from=("destination-rule/away-from-ambient-service",),
    holds=("loadBalancer", "connectionPool", "outlierDetection"),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report rules outside the namespaces that the waypoint of their Service reads."""
    service = ambient_service(destination_rule, mesh.registry, mesh.ambient)
    use = mesh.ambient.waypoint_use(service) if service is not None else None
    if service is None or use is None or proxy_setting(destination_rule) is None:
        return
    if destination_rule.namespace not in {
        service.namespace, use.namespace, mesh.config.root_namespace,
    }:  # fmt: skip
        yield Finding(
            destination_rule.spec.at("host"),
            f"{service.title} is in ambient mode, where its waypoint {use.key_name} reads no "
            f"DestinationRule of namespace {destination_rule.namespace}",
        ).also(use.ref, "asks for the waypoint")
