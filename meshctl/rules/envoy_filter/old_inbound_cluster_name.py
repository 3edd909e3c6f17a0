"""A patch looks for an inbound upstream by a name that Istio doesn't give any more.

Since 1.8 the inbound upstream of a port is called `inbound|PORT||`, without port name and host. A
patch that looks for the long name finds nothing and is left out without a word.

Fix: write `inbound|PORT||`, or match by `portNumber`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import names_old_cluster
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_CEL = (
    "!has(object.spec) || !has(object.spec.configPatches) || object.spec.configPatches.all(p, "
    "!has(p.match) || !has(p.match.cluster) || !has(p.match.cluster.name) || "
    "!p.match.cluster.name.matches('(?s)^inbound[|][^|]*[|].*[^|]'))"
)


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0", cel=_CEL)
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report long inbound names."""
    for patch in envoy_filter.patches:
        name = names_old_cluster(patch)
        if name:
            port = name.split("|")[1]
            yield Finding(
                patch.at("match", "cluster", "name"),
                f"no upstream is called {quoted(name)}; since 1.8 the name is 'inbound|{port}||'",
            ).fixed_by(put(patch.at("match", "cluster", "name"), f"inbound|{port}||"))
