"""A DNS name is published for a gateway that serves no such host.

external-dns reads `external-dns.alpha.kubernetes.io/hostname` of Gateways and of the Service in front of the gateway's pods, and
DNSEndpoints, and makes records that lead there. The gateway answers 404 for hosts that none of its servers has, and closes TLS.

Fix: add the host to a server of a Gateway for these pods, or correct the annotation.
"""

from collections.abc import Iterator, Sequence

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import EffectiveGateway
from meshctl.resources import Gateway, Ref, Resource, Service, View
from meshctl.resources.view import views
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
_Named = tuple[Sequence[EffectiveGateway], Sequence[str], Ref]


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", needs=(_HOSTNAME, "DNSEndpoint"))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no Gateway for the pods serves, where all Gateways are known."""
    for pods, names, place in _published(resource, mesh):
        alike = {pod.first for pod in pods}
        for name in names if pods else ():
            host = name.rstrip(".").lower()
            if (
                any(gateway in alike for gateway, _ in mesh.merged_gateways.serving(host))
                or not host
            ):
                continue
            if not mesh.is_whole:
                yield NotChecked(
                    "the input may lack Gateways for names that external-dns publishes"
                )
                return
            where = f"to {pods[0].workload.name}, where no Gateway has a server for it"
            text = f"external-dns leads {quoted(host)} {where}: requests get 404, TLS is closed"
            yield Finding(place, text)


def _published(resource: Resource, mesh: Mesh) -> Iterator[_Named]:
    """Walk the names that an object publishes, with the gateways that they lead to."""
    if resource.kind == "DNSEndpoint":
        for view in views(resource.spec, "endpoints", View):
            pods = [
                pod for to in view.texts("targets") for pod in mesh.merged_gateways.at_address(to)
            ]
            yield pods, (view.text("dnsName"),), view.at("dnsName")
    text = resource.annotations.get(_HOSTNAME)
    if text is not None and isinstance(resource, Gateway | Service):
        gateways = mesh.merged_gateways
        if isinstance(resource, Gateway):
            pods = list(gateways.of(resource))
        else:
            pods = gateways.behind(resource)
        place = resource.at("metadata", "annotations", _HOSTNAME)
        yield pods, text.replace(" ", "").split(","), place
