"""A Gateway asks for an address that Istio can't use.

With an address of type Hostname the Gateway is served by the pods of an existing Service in its own
namespace; one that isn't there serves nothing. Beside another address, one of another type is passed
over, and the Gateway is not accepted.

Fix: name a Service of the Gateway's namespace, or leave the addresses out: istiod then makes the
Service and the pods.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report addresses of another type, and Services that are known to be missing."""
    api = mesh.gateway_api
    read = api.gateway(gateway)
    if read is None or read.is_managed:
        return
    fault = read.services.fault
    if fault is not None and fault.reason == "UnsupportedAddress":
        yield Finding(fault.ref, fault.text)
    hosts = iter(read.services.hosts)
    for address in gateway.addresses:
        if address.text("type") != "Hostname":
            continue
        host = next(hosts)
        if api.addresses.service(host, gateway.namespace) is not None:
            continue
        elsewhere = mesh.registry.at(host)
        known = mesh.knows.all_of("Service", gateway.namespace)
        if elsewhere or known:
            where = f"; {elsewhere[0].namespace} has it" if elsewhere else ""
            text = f"namespace {gateway.namespace} has no Service {host}{where}"
            yield Finding(address.at("value"), f"{text}, so nobody serves this Gateway")
        else:
            yield NotChecked(known.reason)
