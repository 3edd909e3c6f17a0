"""Clients without identity for a server, since nothing presents a certificate for them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.precedence import age
from meshctl.mesh.security.tls_connection import Client, Connection, Result
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import KubernetesGateway, Workload

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh


class ClientIdentities:
    """Workloads as clients, by namespace and service account."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        # istiod deploys the pods of these by itself, and gateways of the root namespace may be
        # installed by other means than the input.
        deployed = {gateway.namespace for gateway in mesh.of(KubernetesGateway)}
        self._hidden = deployed | {mesh.config.root_namespace, "istio-system"}

    def without_identity(self, namespace: str, account: str = "") -> Sequence[Workload]:
        """The workloads of a namespace, or of one service account, if all are outside the mesh.

        Empty where one of them has an identity or may have one, or the input has none of them.
        """
        if namespace in self._hidden or self._mesh.workload_entries.any({}, namespace):
            return ()
        found = self._running(namespace, account)
        modes = {self._mesh.workloads.membership(workload) for workload in found}
        return sorted(found, key=age) if modes == {Membership.NONE} else ()

    def in_plaintext(self, namespace: str, account: str, server: Workload) -> Connection | None:
        """Give a connection to a server if sidecars of a namespace send all of them in plaintext.

        ``None`` where one has TLS or may have it, and where no sidecar is known to be there.
        """
        found = self._running(namespace, account)
        sidecars = [workload for workload in found if self._is_sidecar(workload)]
        if not sidecars or len(sidecars) < len(found):
            return None
        connections = list(self._connections(Client(namespace, namespace), server))
        if {connection.result for connection in connections} != {Result.PLAINTEXT}:
            return None
        return connections[0]

    def _connections(self, client: Client, server: Workload) -> Iterator[Connection]:
        for host in self._mesh.container_ports.hosts(server):
            for connection in self._mesh.mtls.connections_to(client, host):
                if connection.server is not None and connection.server.workload is server:
                    yield connection

    def _is_sidecar(self, workload: Workload) -> bool:
        is_in_mesh = self._mesh.workloads.membership(workload) is Membership.SIDECAR
        return is_in_mesh and not is_gateway(workload)

    def _running(self, namespace: str, account: str) -> list[Workload]:
        found = self._mesh.workloads.find({}, namespace)
        return [
            workload for workload in found if not account or workload.service_account == account
        ]
