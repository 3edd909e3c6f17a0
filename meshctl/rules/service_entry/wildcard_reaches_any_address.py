"""A wildcard host is resolved by the client, in a mesh where only declared hosts may be called.

With `resolution: NONE` the sidecar checks the name in the request or in the TLS handshake, and then
connects to whatever address the application dialled. A program that wants out writes an allowed
name into `Host` or SNI and dials an address of its choice: REGISTRY_ONLY doesn't stop it.

Fix: send the hosts through an egress gateway and let a NetworkPolicy forbid the rest, list the
hosts one by one with `resolution: DNS`, or accept it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_wildcard
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.INFO, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report wildcards without resolution and addresses where the mesh says REGISTRY_ONLY."""
    if not mesh.config.registry_only or entry.resolution != "NONE" or entry.addresses:
        return
    for index, host in enumerate(entry.hosts):
        if is_wildcard(host):
            yield Finding(
                entry.spec.at("hosts", index),
                f"whoever names a host of {host} reaches any address, although the mesh is "
                "REGISTRY_ONLY: with resolution NONE the application's address is kept",
            )
