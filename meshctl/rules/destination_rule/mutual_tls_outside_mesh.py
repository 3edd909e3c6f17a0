"""A DestinationRule sends the mesh's mutual TLS to a host outside the mesh.

ISTIO_MUTUAL shows the certificate of the mesh and accepts one of the mesh alone. A server outside has
none: the handshake fails, `503 UF` with `CERTIFICATE_VERIFY_FAILED` or a reset.

Fix: write `mode: SIMPLE`, or `MUTUAL` with the certificate that the server expects. Where it is of
another mesh with the same root CA, declare it `MESH_INTERNAL`, or name it by `subjectAltNames`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import RegisteredHost
from meshctl.mesh.security import ISTIO_MUTUAL, mode_of
from meshctl.mesh.traffic import ports_under, written_policies
from meshctl.resources import DestinationRule, ServiceEntry, View
from meshctl.rules.api import Finding, Outcome, Severity, rule

_BETWEEN_NETWORKS = 15443
_SPIFFE = "spiffe://"


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", needs=("ServiceEntry",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report ISTIO_MUTUAL for hosts that are declared outside and say nothing of a mesh."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    declared = mesh.registry.at(host)
    if not declared or not all(registered_host.is_external for registered_host in declared):
        return
    if any(
        mesh.workloads.behind(registered_host) or _is_of_a_mesh(registered_host, mesh)
        for registered_host in declared
    ):
        return
    ports = [port for registered_host in declared for port in registered_host.ports]
    for policy in written_policies(destination_rule):
        tls = policy.child("tls")
        if mode_of(tls) == ISTIO_MUTUAL and ports_under(policy, ports) and not _names_a_peer(tls):
            yield Finding(
                tls.at("mode"),
                f"{host} is outside the mesh, and ISTIO_MUTUAL shows it a certificate of the mesh "
                "and accepts no other: the handshake fails",
            ).also(declared[0].source.at("spec", "location"), "declares it outside")


def _is_of_a_mesh(host: RegisteredHost, mesh: Mesh) -> bool:
    entry = host.source
    return isinstance(entry, ServiceEntry) and (
        _names_a_peer(entry.spec)
        or mesh.clauses.endpoint_pods.may_be_inside(entry)
        or any(
            endpoint.service_account or _BETWEEN_NETWORKS in endpoint.ports.values()
            for endpoint in entry.endpoints
        )
        or any(port.target == _BETWEEN_NETWORKS for port in host.ports)
    )


def _names_a_peer(view: View) -> bool:
    return any(name.startswith(_SPIFFE) for name in view.texts("subjectAltNames"))
