"""The mesh config has `serviceSettings` for hosts that no Service has.

istiod compares `hosts` with the full names of Services, such as `cart.shop.svc.cluster.local`, or by a wildcard in
front. For a short name, or one that isn't there, `clusterLocal` changes nothing: requests go to the endpoints of all
clusters as before.

Fix: write the full name of a Service, or `*.NAMESPACE.svc.cluster.local`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that no Service has, where the input shows those of the namespace."""
    for vain in mesh.clauses.mesh_settings.unknown_hosts(config_map):
        yield Finding(vain.place, vain.message)
