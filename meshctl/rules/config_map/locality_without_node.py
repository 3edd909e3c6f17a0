"""The mesh-wide `localityLbSetting` names a region or zone in which there is no Node.

A locality is `region/zone/subzone`, and pods are where the labels `topology.kubernetes.io/region` and
`topology.kubernetes.io/zone` of their Node say. For clients in a place that is nowhere an entry never counts,
and traffic that is sent to one finds no endpoint.

Fix: write the region and zone of Nodes, such as `eu-west-1/eu-west-1a/*`; `failover` names regions alone.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_localities
from meshctl.resources import ConfigMap, View
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted, shortened


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", needs=("Node",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report localities of the mesh config that all Nodes of the input are outside of."""
    if "localityLbSetting" not in config_map.values.get("mesh", ""):
        return
    setting = View(config_map, (), mesh.config.raw).child("localityLbSetting")
    for locality, _ in written_localities(setting):
        if not mesh.workloads.endpoints.is_nowhere(locality):
            continue
        if not mesh.is_whole:
            yield NotChecked("Nodes of other clusters may be outside the input")
        else:
            known = shortened(mesh.workloads.endpoints.localities)
            text = f"no Node is in {quoted(locality)}, only in {known}"
            yield Finding(config_map.at("data", "mesh"), text)
