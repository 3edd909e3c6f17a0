"""Gateways of two namespaces serve the same plain host, each with VirtualServices of its own.

istiod merges plain servers of one port: the routes of both teams end up in one virtual host, those
of the older Gateway first. Each team can take paths from the other one, and whose routes come
first changes when a Gateway is recreated.

Fix: let one Gateway serve the host, and bind the VirtualServices of both teams to it; or give each
team a host of its own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.WARNING, equivalents=("KIA0301",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each server whose routes are mixed with those of an earlier one."""
    for server in gateway.servers:
        for mix in mesh.gateways.server_conflicts.mixes.get(server, ()):
            yield Finding(
                server.at("hosts"),
                f"routes for {quoted(mix.host)} are mixed with those of {mix.first.key_name} from "
                "another namespace; the older Gateway's come first",
            ).also(mix.first.server.at("hosts"), "serves the host as well")
