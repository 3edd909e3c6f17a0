"""A patch sends something to a cluster that no proxy has.

Filters for rate limits, external authorization or logs name the cluster of a Service, `outbound|PORT|SUBSET|HOST`, with the
port of the Service and its full name. Calls to a cluster that isn't there fail, and most filters then let requests pass as
if they weren't there; a listener whose filter names one in `envoy_grpc` is refused by proxies, which keep what they had. A
name of one's own, such as `rate_limit_cluster`, is there where an EnvoyFilter adds it.

Fix: write the host in full and a port of the Service, or add a cluster of that name.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report outbound clusters in what patches bring."""
    added = {
        patch.child("patch", "value").text("name")
        for patch in envoy_filter.patches
        if patch.apply_to == "CLUSTER"
    }
    for patch in envoy_filter.patches:
        for found in mesh.clauses.patched_clusters.named(envoy_filter, patch):
            if found.name not in added:
                known = found.missing.known
                there = f"; there is {' and '.join(known)}" if known else ""
                yield Finding(
                    found.place,
                    f"no proxy has cluster {quoted(found.name)}: none {found.missing.what}{there}",
                )
