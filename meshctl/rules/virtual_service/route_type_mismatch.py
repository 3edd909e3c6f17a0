"""The servers of a Gateway can't use the kind of routes that a VirtualService has for it.

A server that opens TLS for HTTP, or plain HTTP, uses `http` routes alone; a PASSTHROUGH server uses
`tls` routes alone; a TCP server, or one that opens TLS for TCP, uses `tcp` routes alone. Others are
ignored without a word: clients get 404 or a reset.

Fix: write the routes of the kind that the server uses, or change the server's TLS mode.
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Server, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import with_article

_KINDS = ("http", "tls", "tcp")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("gateways",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report Gateways that use none of the routes, and kinds of routes that no Gateway uses."""
    written = [kind for kind in _KINDS if getattr(service, kind)]
    everywhere: set[str] = set()
    knows_all = True
    for binding in mesh.gateways.bindings.of(service):
        gateway = binding.gateway
        used = set(mesh.gateways.bindings.ports(gateway, service)) if gateway is not None else set()
        if gateway is None or not used:
            knows_all = False
            continue
        everywhere |= used
        if written and not used & set(written):
            first = mesh.gateways.bindings.servers(gateway, service)[0]
            yield Finding(
                binding.ref,
                f"{binding.name} uses only {_list(used)} routes for these hosts and ignores the "
                f"{_list(written)} routes, which are all that this VirtualService has",
            ).also(first.at("port"), _described(first))
    for kind in written:
        if knows_all and kind not in everywhere and everywhere & set(written):
            yield Finding(
                service.spec.key(kind),
                f"{kind} routes are ignored: every server for these hosts uses only "
                f"{_list(everywhere)} routes",
            )


def _list(kinds: Iterable[str]) -> str:
    return " and ".join(kind for kind in _KINDS if kind in set(kinds)) or "no"


def _described(server: Server) -> str:
    return f"is {with_article(server.protocol)} server with {server.tls_mode or 'no TLS'}"
