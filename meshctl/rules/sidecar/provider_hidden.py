"""A Sidecar hides the Service of a provider that its workloads' proxies ask or report to.

A proxy reaches an authorizer, a collector of traces or a log service by an upstream like any other,
and it has those that the egress hosts import. Without it the authorizer of a CUSTOM policy can't be
asked, and requests are denied (`403`), or the proxy refuses its configuration; traces and logs get
lost.

Fix: add the provider's `namespace/host`, or its `namespace/*`, to the egress hosts.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, append, rule
from meshctl.words import quoted


@rule(on=Sidecar, severity=Severity.ERROR, since="0.1.0", needs=("provider", "providers"))
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report providers of policies and Telemetries that no egress entry imports."""
    for hidden in mesh.clauses.hidden_providers.of(sidecar):
        effect = "requests are denied" if hidden.is_authorizer else "nothing reaches it"
        finding = Finding(
            sidecar.spec.key("egress"),
            f"{hidden.workload.title} needs provider {quoted(hidden.name)}, and no egress entry imports "
            f"its Service {hidden.host.host}: {effect}",
            severity=None if hidden.is_authorizer else Severity.INFO,
        ).also(hidden.asks, "asks for the provider")
        if len(sidecar.egress) == 1:
            name = f"{hidden.host.namespace}/{hidden.host.host}"
            finding = finding.fixed_by(append(sidecar.egress[0].at("hosts"), name), safe=False)
        yield finding
