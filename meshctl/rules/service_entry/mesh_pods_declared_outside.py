"""A ServiceEntry selects pods of the mesh and declares them to be outside of it.

`MESH_EXTERNAL` is the location of an entry that names none. Clients don't use mutual TLS for such a host,
and send plaintext to pods that have a sidecar: those that demand mutual TLS reset the connection, and
others don't know who calls.

Fix: write `location: MESH_INTERNAL`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0", holds=("workloadSelector",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries all of whose pods have a sidecar; an error where one is STRICT."""
    for host in mesh.registry.of(entry)[:1] if entry.is_external else ():
        pods = mesh.workloads.behind(host)
        if mesh.workloads.memberships_among(pods) != {Membership.SIDECAR}:
            continue
        if any(
            mesh.security.tls_origination.may_reach(host.host, port.number) for port in host.ports
        ):
            continue
        strict = mesh.security.peer_authentications.first_strict(pods)
        effect = "which refuses it" if strict is not None else "which takes it unencrypted"
        place = entry.spec.at("location")
        yield Finding(
            place,
            f"clients send plaintext to {(strict or pods[0]).title}, {effect}: the entry is "
            "MESH_EXTERNAL",
            severity=Severity.ERROR if strict is not None else None,
        ).fixed_by(put(place, "MESH_INTERNAL"), safe=False)
