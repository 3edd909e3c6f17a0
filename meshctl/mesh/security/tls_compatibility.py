"""Whether what the rules of a host send can fail at its servers, before any client is asked.

A rule for ``*.local`` holds for every host, and a mesh may have one in each namespace: which of
them a client follows is only asked where one of their TLS modes fits none of what a server takes.
"""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.client_tls import DISABLE, ISTIO_MUTUAL, SIMPLE, mode_of
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.tls_connection import Client, ClientTls, Connection, Result, ServerMode
from meshctl.mesh.security.tls_match import judge
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import DestinationRule, TrafficPolicy

_SENT = {
    DISABLE: ClientTls.PLAINTEXT,
    ISTIO_MUTUAL: ClientTls.ISTIO_MUTUAL,
    SIMPLE: ClientTls.SIMPLE,
}
_ANYBODY = Client("anybody", "")


class TlsCompatibility:
    """Answers for hosts and the lists of rules that an index has for them."""

    def __init__(self, mtls: Mtls, workloads: Workloads) -> None:
        self._mtls = mtls
        self._workloads = workloads
        self._sent = IdentityCache(_modes)  # an index keeps its lists

    def says_tls(self, rules: list[DestinationRule]) -> bool:
        """Does one of the rules of a list set ``tls`` anywhere?"""
        return self._sent.of(rules) != frozenset()

    def can_fail(self, host: RegisteredHost, lists: Iterable[list[DestinationRule]]) -> bool:
        """Could a connection fail by what a rule of these lists says?

        A subset has no other servers than its host.
        """
        sent: set[ClientTls] = set()
        for rules in lists:
            modes = self._sent.of(rules)
            if modes is None:
                return True
            sent |= modes
        for connection in self._to_all(host):
            judged = self._mtls.assume_sidecar(connection)
            server, protocol = judged.server, judged.upstream.port.protocol
            if server is None or server.mode is ServerMode.UNKNOWN:
                continue
            if self._workloads.membership(server.workload) is Membership.AMBIENT:
                return True
            if any(judge(tls, server.mode, protocol)[0] is Result.CONFLICT for tls in sent):
                return True
        return False

    def _to_all(self, host: RegisteredHost) -> Iterator[Connection]:
        """Walk connections to a host by no rule, to one each of the pods that take the same."""
        for port in host.ports:
            if port.protocol is not Protocol.UDP:
                upstream = self._mtls.upstream(_ANYBODY, host, port, None, None)
                yield from self._mtls.to_servers(upstream, one_of_each=True)


def _policies(rule: DestinationRule) -> Sequence[TrafficPolicy]:
    return (rule.policy, *(subset.policy for subset in rule.subsets))


def _modes(rules: list[DestinationRule]) -> frozenset[ClientTls] | None:
    """The modes that some rules set; ``None`` where they change what auto mTLS does, too."""
    found: set[ClientTls] = set()
    for policy in (policy for rule in rules for policy in _policies(rule)):
        if policy.child("loadBalancer").text("simple") == "PASSTHROUGH":
            return None
        for view in (policy, *policy.ports):
            if view.has("tls"):
                if view.child("tls").text("credentialName"):
                    return None
                found.add(_SENT.get(mode_of(view.child("tls")), ClientTls.MUTUAL))
    return frozenset(found)
