"""The servers of a Gateway that istiod drops, the server at fault, and how certain that is."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.server_merge import DropReason, MergedServer
from meshctl.resources import Gateway, Server

_SETTINGS = (
    "credentialName", "credentialNames", "serverCertificate", "caCertificates",
    "caCertCredentialName", "caCrl", "minProtocolVersion", "maxProtocolVersion", "cipherSuites",
    "subjectAltNames", "verifyCertificateSpki", "verifyCertificateHash",
)  # fmt: skip


class DroppedServer(NamedTuple):
    """A server that is left out on a gateway workload, and the one that came first."""

    lost: MergedServer
    rival: MergedServer
    order_known: bool

    @property
    def verdict(self) -> str:
        """What happens, as the end of a sentence; both outcomes where the ages are unknown."""
        if self.order_known:
            return "istiod drops this whole server"
        other = self.rival.server.gateway.key_name
        return (
            "istiod drops the whole server of the younger Gateway: this one, or, if "
            f"{other} is younger, that one"
        )

    @property
    def port(self) -> str:
        """Name the port that they share."""
        numbers = {self.lost.server.port, self.rival.server.port}
        target = self.lost.target
        return f"port {target}" if numbers == {target} else f"container port {target}"

    @property
    def differing_settings(self) -> list[str]:
        """The TLS settings that the two servers don't have in common; plain HTTP has none."""
        if self.lost.is_http or self.rival.is_http:
            return []
        mine, theirs = self.lost.server, self.rival.server
        other_mode = ["mode"] if mine.tls_mode != theirs.tls_mode else []
        return other_mode + [
            key for key in _SETTINGS if mine.tls.data.get(key) != theirs.tls.data.get(key)
        ]

    @property
    def is_redirect_twice(self) -> bool:
        """Do both only redirect, and the same hosts? Then nothing is lost."""
        servers = (self.lost, self.rival)
        all_shared = len(self.lost.duplicates) == len(self.lost.hosts)
        return all_shared and all(
            server.is_http and server.server.https_redirect for server in servers
        )


def losses(gateways: Gateways, gateway: Gateway, drop: DropReason) -> Iterator[DroppedServer]:
    """Walk the servers of a Gateway that are left out for one reason, once for each rival."""
    seen: set[tuple[Server, Server]] = set()
    for effective in gateways.firsts_of(gateway):
        for server in gateway.servers:
            lost = effective.find(server)
            if lost is None or lost.drop is not drop or lost.rival is None:
                continue
            key = server, lost.rival.server
            if key not in seen:
                seen.add(key)
                yield _loss(effective, lost, lost.rival)


def _loss(effective: EffectiveGateway, lost: MergedServer, rival: MergedServer) -> DroppedServer:
    return DroppedServer(lost, rival, effective.order_is_known(lost, rival))
