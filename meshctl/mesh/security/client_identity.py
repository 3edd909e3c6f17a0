"""Clients without identity for a server, since nothing presents a certificate for them."""

from collections.abc import Mapping, Sequence

from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.precedence import age
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.registry.workload_entries import WorkloadEntries
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.tls_connection import Client, Connection, Result
from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.workloads.container_ports import ContainerPorts
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import KubernetesGateway, Workload


class NamespaceSidecars:
    """The sidecars of one namespace as clients, and of all whose clients follow the same rules."""

    def __init__(self, namespace: str, ports: ContainerPorts, mtls: Mtls) -> None:
        self._client = Client(namespace, namespace)
        self._ports = ports
        self._mtls = mtls
        self._to: dict[RegisteredHost, Mapping[Workload, Sequence[Connection]]] = {}

    def plaintext_to(self, server: Workload) -> list[Connection]:
        """List the connections to a workload if all are plaintext; none where one has TLS."""
        found = []
        for host in self._ports.hosts(server):
            for connection in self._by_server(host).get(server, ()):
                if connection.result is not Result.PLAINTEXT:
                    return []
                found.append(connection)
        return found

    def _by_server(self, host: RegisteredHost) -> Mapping[Workload, Sequence[Connection]]:
        if host not in self._to:
            found: dict[Workload, list[Connection]] = {}
            for connection in self._mtls.connections_to(self._client, host):
                if connection.server is not None:
                    found.setdefault(connection.server.workload, []).append(connection)
            self._to[host] = found
        return self._to[host]


class ClientIdentities:
    """Workloads as clients, by namespace and service account."""

    def __init__(
        self,
        inventory: Inventory,
        workloads: Workloads,
        machines: WorkloadEntries,
        ports: ContainerPorts,
        mtls: Mtls,
        rules: DestinationRules,
    ) -> None:
        self._workloads = workloads
        self._machines = machines
        self._ports = ports
        self._mtls = mtls
        self._rules = rules
        # istiod deploys the pods of these by itself, and gateways of the root namespace may be
        # installed by other means than the input.
        deployed = {gateway.namespace for gateway in inventory.of(KubernetesGateway)}
        self._by_account: dict[str, dict[str, list[Workload]]] = {}
        self._have_sidecars: dict[tuple[str, str], bool] = {}
        self._sidecars: dict[str, NamespaceSidecars] = {}
        self._hidden = deployed | {inventory.config.root_namespace, ISTIO_NAMESPACE}

    def without_identity(self, namespace: str, account: str = "") -> Sequence[Workload]:
        """The workloads of a namespace, or of one service account, if all are outside the mesh.

        Empty where one of them has an identity or may have one, or the input has none of them.
        """
        if namespace in self._hidden or self._machines.any({}, namespace):
            return ()
        found = self._running(namespace, account)
        modes = {self._workloads.membership(workload) for workload in found}
        return sorted(found, key=age) if modes == {Membership.NONE} else ()

    def sidecars_of(self, namespace: str, account: str) -> NamespaceSidecars | None:
        """Give the clients of a namespace, or of one service account, if all have sidecars.

        ``None`` where one has none or may have none, and where no sidecar is known to be there.
        Namespaces whose clients follow the same DestinationRules share one answer.
        """
        key = namespace, account
        if key not in self._have_sidecars:
            found = self._running(namespace, account)
            self._have_sidecars[key] = bool(found) and all(map(self._is_sidecar, found))
        if not self._have_sidecars[key]:
            return None
        apart = namespace if self._rules.follow_others(namespace) else ""
        if apart not in self._sidecars:
            self._sidecars[apart] = NamespaceSidecars(namespace, self._ports, self._mtls)
        return self._sidecars[apart]

    def _is_sidecar(self, workload: Workload) -> bool:
        is_in_mesh = self._workloads.membership(workload) is Membership.SIDECAR
        return is_in_mesh and not is_gateway(workload)

    def _running(self, namespace: str, account: str) -> Sequence[Workload]:
        accounts = self._by_account.get(namespace)
        if accounts is None:
            accounts = self._by_account[namespace] = {"": list(self._workloads.find({}, namespace))}
            for workload in accounts[""]:
                if workload.service_account:
                    accounts.setdefault(workload.service_account, []).append(workload)
        return accounts.get(account, ())
