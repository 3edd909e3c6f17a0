"""A DestinationRule balances over pods where the client has chosen the address itself.

Clients of a headless Service, and of a ServiceEntry with `resolution: NONE`, look up an address and
dial it. Their sidecars keep it (an ORIGINAL_DST cluster): `loadBalancer`, its hash, warm-up and
localities choose nothing, and a pod that outlierDetection ejects is dialled all the same. Gateways,
which are dialled themselves, do balance over the pods of a headless Service.

Fix: use a Service with a `clusterIP`, or a ServiceEntry with `resolution: DNS`; else remove the
settings.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import ports_under, written_policies
from meshctl.resources import DestinationRule, Service
from meshctl.rules.api import Finding, Outcome, Severity, rule

_KEPT = "PASSTHROUGH"
_BALANCED = "PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES"
"""With this variable of istiod sidecars choose among the pods of headless Services."""


@rule(
    on=DestinationRule, severity=Severity.WARNING, since="0.1.0",
    needs=("clusterIP", "ServiceEntry"), holds=("loadBalancer", "outlierDetection"))  # fmt: skip
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report settings for hosts whose clients, all of them sidecars, keep the address."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    declared = mesh.registry.at(host)
    if not declared or not all(registered_host.is_passthrough for registered_host in declared):
        return
    if mesh.traffic.destinations.comes_from_gateway(host):
        return
    if mesh.injection.control_plane.variable(_BALANCED) == "true":
        return
    what = "headless" if isinstance(declared[0].source, Service) else "of resolution NONE"
    ports = [port for registered_host in declared for port in registered_host.ports]
    for policy in written_policies(destination_rule):
        balancer = policy.child("loadBalancer")
        key = next((name for name in balancer.names() if balancer.data[name] != _KEPT), None)
        place = balancer.key(key) if key else policy.key("outlierDetection")
        if (key or policy.has("outlierDetection")) and ports_under(policy, ports):
            yield Finding(
                place,
                f"{host} is {what}: sidecars keep the address that the client dialled, so that "
                f"{f'loadBalancer.{key}' if key else 'outlierDetection'} has no effect",
                severity=Severity.WARNING if key == "consistentHash" else Severity.INFO,
            ).also(declared[0].source.at("metadata", "name"), f"is {what}")
