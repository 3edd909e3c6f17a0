"""An entry of portLevelSettings is for a port that the host doesn't have.

The number is that of the Service or ServiceEntry, as clients dial it, not that of the container. An
entry for another number holds for no connection: its limits, load balancing and TLS are not used,
and nothing says so.

Fix: write the Service's port number into `port.number`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule, PortPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, shortened


@rule(
    on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("portLevelSettings",),
)  # fmt: skip
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries whose number no declaration of the host has."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    declared = mesh.registry.at(host)
    for policy in written_policies(destination_rule):
        missing = (
            mesh.registry.together(declared).missing_port(policy.port)
            if isinstance(policy, PortPolicy)
            else None
        )
        if missing is None or not isinstance(policy, PortPolicy):
            continue
        known = shortened(missing.known, MOST_LISTED)
        behind = f"; that is the container port of {missing.behind[0]}" if missing.behind else ""
        place = policy.at("port", "number")
        yield (
            Finding(
                place,
                f"{host} has no port {policy.port}, only {known}{behind}: this entry holds for no "
                "connection",
                severity=Severity.ERROR if policy.has("tls") else None,
            )
            .also(declared[0].source.key("spec", "ports"), "the ports of the host")
            .fixed_by(*([put(place, missing.only)] if missing.only else []), safe=False)
        )
