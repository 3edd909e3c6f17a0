"""A DNS name is published for a gateway that serves no such host.

external-dns reads `external-dns.alpha.kubernetes.io/hostname` of Gateways and of the Service in front
of the gateway's pods, and makes records that lead there. The gateway answers 404 for hosts that none
of its servers has, and closes TLS connections for them.

Fix: add the host to a server of a Gateway for these pods, or correct the annotation.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway, Resource, Service
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no Gateway for the pods serves, where all Gateways are known."""
    text = resource.annotations.get(_HOSTNAME)
    if text is None:
        return
    gateways = mesh.merged_gateways
    if isinstance(resource, Gateway):
        pods = gateways.of(resource)
    elif isinstance(resource, Service):
        pods = gateways.behind(resource)
    else:
        return
    alike = {one.like for one in pods}
    for name in text.replace(" ", "").split(",") if pods else ():
        host = name.rstrip(".").lower()
        if not host or any(gateway in alike for gateway, _ in gateways.serving(host)):
            continue
        if not mesh.is_whole:
            yield NotChecked("the input may lack Gateways for names that external-dns publishes")
            return
        yield Finding(
            resource.at("metadata", "annotations", _HOSTNAME),
            f"external-dns leads {quoted(host)} to {pods[0].workload.name}, where no Gateway has "
            "a server for it: requests get 404, TLS connections are closed",
        )
