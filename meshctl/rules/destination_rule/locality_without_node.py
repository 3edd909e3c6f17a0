"""Locality load balancing names a region or zone in which there is no Node.

A locality is `region/zone/subzone`, and pods are where their Node's labels
`topology.kubernetes.io/region` and `topology.kubernetes.io/zone` say. For clients in a place that is
nowhere an entry never counts, and traffic that is sent to one finds no endpoint.

Fix: write the region and zone of Nodes, such as `eu-west-1/eu-west-1a/*`; `failover` names regions alone.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_localities, written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted, shortened


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("localityLbSetting",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report localities of `distribute` and `failover` that all Nodes of the input are outside of."""
    endpoints = mesh.workloads.endpoints
    for policy in written_policies(destination_rule):
        setting = policy.child("loadBalancer", "localityLbSetting")
        for locality, place in written_localities(setting):
            if not endpoints.is_nowhere(locality):
                continue
            if not mesh.is_whole:
                yield NotChecked("Nodes of other clusters may be outside the input")
            else:
                known = shortened(endpoints.localities)
                yield Finding(place, f"no Node is in {quoted(locality)}, only in {known}")
