"""Clients without identity for a server, since nothing presents a certificate for them."""

from collections.abc import Iterator, Sequence

from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.precedence import age
from meshctl.mesh.registry.workload_entries import WorkloadEntries
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.tls_connection import Client, Connection, Result
from meshctl.mesh.workloads.container_ports import ContainerPorts
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import KubernetesGateway, Workload


class ClientIdentities:
    """Workloads as clients, by namespace and service account."""

    def __init__(
        self,
        inventory: Inventory,
        workloads: Workloads,
        machines: WorkloadEntries,
        ports: ContainerPorts,
        mtls: Mtls,
    ) -> None:
        self._workloads = workloads
        self._machines = machines
        self._ports = ports
        self._mtls = mtls
        # istiod deploys the pods of these by itself, and gateways of the root namespace may be
        # installed by other means than the input.
        deployed = {one.namespace for one in inventory.of(KubernetesGateway)}
        self._by_account: dict[str, dict[str, list[Workload]]] = {}
        self._hidden = deployed | {inventory.config.root_namespace, ISTIO_NAMESPACE}

    def without_identity(self, namespace: str, account: str = "") -> Sequence[Workload]:
        """The workloads of a namespace, or of one service account, if all are outside the mesh.

        Empty where one of them has an identity or may have one, or the input has none of them.
        """
        if namespace in self._hidden or self._machines.any({}, namespace):
            return ()
        found = self._running(namespace, account)
        modes = {self._workloads.membership(one) for one in found}
        return sorted(found, key=age) if modes == {Membership.NONE} else ()

    def in_plaintext(self, namespace: str, account: str, server: Workload) -> Connection | None:
        """Give a connection to a server if sidecars of a namespace send all of them in plaintext.

        ``None`` where one has TLS or may have it, and where no sidecar is known to be there.
        """
        found = self._running(namespace, account)
        sidecars = [one for one in found if self._is_sidecar(one)]
        if not sidecars or len(sidecars) < len(found):
            return None
        connections = list(self._connections(Client(namespace, namespace), server))
        if {one.result for one in connections} != {Result.PLAINTEXT}:
            return None
        return connections[0]

    def _connections(self, client: Client, server: Workload) -> Iterator[Connection]:
        for host in self._ports.hosts(server):
            for one in self._mtls.connections_to(client, host):
                if one.server is not None and one.server.workload is server:
                    yield one

    def _is_sidecar(self, workload: Workload) -> bool:
        is_in_mesh = self._workloads.membership(workload) is Membership.SIDECAR
        return is_in_mesh and not is_gateway(workload)

    def _running(self, namespace: str, account: str) -> Sequence[Workload]:
        accounts = self._by_account.get(namespace)
        if accounts is None:
            accounts = self._by_account[namespace] = {"": self._workloads.find({}, namespace)}
            for one in accounts[""]:
                if one.service_account:
                    accounts.setdefault(one.service_account, []).append(one)
        return accounts.get(account, ())
