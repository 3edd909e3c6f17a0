"""A patch looks for a cluster that no proxy has.

`cluster.service` is compared, letter by letter, with the full host, such as
`cart.shop.svc.cluster.local`, `cluster.portNumber` with the port of the Service (not of the pod) and
`cluster.subset` with the subsets of DestinationRules; `cluster.name` is all of them in one, such as
`outbound|80|v1|cart.shop.svc.cluster.local`. A patch for what isn't there is never applied.

Fix: write the full host of a Service or ServiceEntry, one of its ports, and a subset that a
DestinationRule has.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services by a short or unknown name, and ports and subsets that aren't declared."""
    for patch in envoy_filter.patches:
        missing = mesh.clauses.patched_clusters.missing(envoy_filter, patch)
        if missing is None:
            continue
        asked = patch.child("match", "cluster")
        known = f"; there is {' and '.join(missing.known)}" if missing.known else ""
        finding = Finding(asked.at(missing.field), f"no cluster {missing.what}{known}")
        if missing.field == "service" and missing.known:
            full = put(asked.at("service"), missing.known[0])
            finding = finding.fixed_by(full, safe=False)
        yield finding
