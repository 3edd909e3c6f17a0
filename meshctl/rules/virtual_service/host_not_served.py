"""A host of a VirtualService is not among the hosts of any server of its Gateways.

The routes exist for the hosts that match, but requests for this one get 404, and TLS or TCP
connections are closed: no server lets it in.
A server host such as `./shop.test` or `team/shop.test` lets in VirtualServices of that namespace
alone.

Fix: add the host to a server of the Gateway, or remove it here.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import route_kind
from meshctl.resources import Gateway, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0132",), since="0.1.0",
    holds=("gateways",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each host that none of the Gateways serves, if all of them are in the input."""
    bindings = mesh.gateways.bindings.of(service)
    gateways = [binding.gateway for binding in bindings if binding.gateway is not None]
    if len(gateways) < len(bindings):
        return
    for index, host in enumerate(service.hosts):
        if any(
            mesh.gateways.bindings.takes(gateway, host, service.namespace) for gateway in gateways
        ):
            continue
        names = shortened([gateway.key_name for gateway in gateways], MOST_LISTED)
        others = [
            s
            for gateway in gateways
            for s in mesh.gateways.bindings.servers_for(gateway, host, None)
        ]
        one = len(gateways) == 1
        why = (
            f"{'lets' if one else 'let'} in only other namespaces than {quoted(service.namespace)} for {quoted(host)}"
            if others
            else f"{'has' if one else 'have'} no server for {quoted(host)}"
        )
        finding = Finding(
            service.spec.at("hosts", index),
            f"{names} {why}: {_effect(gateways)}",
        )
        for server in others or [server for gateway in gateways for server in gateway.servers]:
            finding = finding.also(server.at("hosts"), "the hosts that it serves")
            break
        yield finding


def _effect(gateways: list[Gateway]) -> str:
    """Say what becomes of requests: without http routes there is no answer, but a reset."""
    kinds = {route_kind(server) for gateway in gateways for server in gateway.servers}
    return "requests get 404" if "http" in kinds else "connections are closed"
