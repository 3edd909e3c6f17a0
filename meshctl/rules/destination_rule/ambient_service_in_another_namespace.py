"""A DestinationRule for a Service of ambient mode is where its waypoint doesn't look.

The waypoint, not the client, chooses the pod, and it looks for a DestinationRule as any client
does: in its own namespace, in that of the Service and in the root namespace. One beside the
clients that call the Service is for those of them with a sidecar alone. The same holds of a ServiceEntry that uses a
waypoint: TLS that the DestinationRule was to open isn't opened.

Fix: move the DestinationRule to the namespace of the Service or ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import ambient_service, proxy_setting
from meshctl.mesh.security import originations
from meshctl.resources import DestinationRule, Service, ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule

_MODE = {Service: "is in ambient mode, where ", ServiceEntry: "is reached by a waypoint, and "}


@rule(
    on=DestinationRule,
    severity=Severity.WARNING,
    equivalents=("KIA0212",),
    since="0.1.0",
    renamed_from=("destination-rule/away-from-ambient-service",),
    holds=("loadBalancer", "connectionPool", "outlierDetection", "tls"),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report rules outside the namespaces that the waypoint of their Service reads."""
    service: Service | ServiceEntry | None
    service = ambient_service(destination_rule, mesh.registry, mesh.ambient)
    is_set = proxy_setting(destination_rule) is not None
    if service is None:
        known = mesh.registry.resolve(destination_rule.host, destination_rule.namespace)
        service = known.source if known is not None else None
        if not isinstance(service, ServiceEntry):
            return
        is_set = is_set or next(originations(destination_rule), None) is not None
    use = mesh.ambient.waypoint_use(service)
    if use is None or not is_set:
        return
    if destination_rule.namespace not in {
        service.namespace, use.namespace, mesh.config.root_namespace,
    }:  # fmt: skip
        yield Finding(
            destination_rule.spec.at("host"),
            f"{service.title} {_MODE[type(service)]}its waypoint {use.key_name} reads no "
            f"DestinationRule of namespace {destination_rule.namespace}",
        ).also(use.ref, "asks for the waypoint")
