"""A DestinationRule opens TLS for clients in ambient mode, which read none.

ztunnel doesn't read DestinationRules. Where no waypoint carries the traffic, the connection leaves
as the application opened it: what was to be encrypted on the way to an outside host goes out as
plaintext.

Fix: let the host use a waypoint (label the ServiceEntry `istio.io/use-waypoint`), or let the
application speak TLS itself.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import DestinationRule, ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=DestinationRule,
    severity=Severity.WARNING,
    since="0.1.0",
    holds=("tls",),
    renamed_from=("destination-rule/tls-of-ambient-clients",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report SIMPLE and MUTUAL for ServiceEntries without waypoint, where all are in ambient mode."""
    home = destination_rule.namespace
    mode = destination_rule.policy.tls.text("mode")
    if mode not in {"SIMPLE", "MUTUAL"} or not mesh.ambient.is_on(home):
        return
    clients = {mesh.workloads.membership(workload) for workload in mesh.workloads.find({}, home)}
    known = mesh.registry.resolve(destination_rule.host, home)
    if Membership.AMBIENT not in clients or clients - {Membership.AMBIENT, Membership.NONE}:
        return
    if known is None or not isinstance(known.source, ServiceEntry) or known.namespace != home:
        return
    if mesh.ambient.waypoint_use(known.source):
        return
    yield Finding(
        destination_rule.policy.tls.at("mode"),
        f"clients in {home} are in ambient mode and {known.host} uses no waypoint, so nothing "
        f"opens this TLS ({mode})",
    ).also(known.source.at("metadata", "name"), "declares the host")
