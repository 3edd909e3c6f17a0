"""A DestinationRule is for a host that nothing declares.

Proxies have upstreams for the hosts of Services and ServiceEntries alone. A policy for another
host is for none of them: its TLS settings, limits and subsets hold nowhere, without any error.
Istio completes names without a dot with the namespace of the DestinationRule, and no others.

Fix: write the host as the Service or ServiceEntry has it (`reviews.prod.svc.cluster.local`), or
remove the DestinationRule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.reachability import NoClusterReason
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule

_CODES = ("IST0174", "KIA0202")


@rule(on=DestinationRule, severity=Severity.WARNING, equivalents=_CODES, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that the input proves to be absent, or that are written short by mistake."""
    missing = mesh.reachability.clusters.undeclared(
        destination_rule.host, destination_rule.namespace
    )
    if missing is None:
        return
    if missing.why is NoClusterReason.UNKNOWN:
        yield NotChecked("the Services or ServiceEntries of some namespaces are not in the input")
        return
    similar = missing.similar
    hint = f"; the Service of that name is {similar.host}" if similar is not None else ""
    finding = Finding(
        destination_rule.spec.at("host"),
        f"nothing declares {missing.host}, so no proxy uses this DestinationRule{hint}",
    )
    if similar is not None:
        finding = finding.also(similar.source.at("metadata", "name"), "declared here")
        if "." in destination_rule.host and similar.host.startswith(f"{destination_rule.host}."):
            place = destination_rule.spec.at("host")
            finding = finding.fixed_by(put(place, similar.host), safe=False)
    yield finding
