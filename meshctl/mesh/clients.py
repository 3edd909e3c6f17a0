"""Which clients have no identity, because nothing presents a certificate for them?"""

from collections.abc import Iterable, Sequence

from meshctl.mesh.age import age
from meshctl.mesh.injection import Membership
from meshctl.mesh.machines import Machines
from meshctl.mesh.mesh_config import MeshConfig
from meshctl.mesh.workloads import Workloads
from meshctl.resources import KubernetesGateway, Workload


class Clients:
    """Workloads as clients, by namespace and service account."""

    def __init__(
        self, workloads: Workloads, machines: Machines, gateways: Iterable[KubernetesGateway],
        config: MeshConfig,
    ) -> None:  # fmt: skip
        self._workloads = workloads
        self._machines = machines
        # istiod deploys the pods of these by itself, and gateways of the root namespace may be
        # installed by other means than the input.
        self._hidden = {one.namespace for one in gateways} | {config.root_namespace, "istio-system"}

    def without_identity(self, namespace: str, account: str = "") -> Sequence[Workload]:
        """The workloads of a namespace, or of one service account, if all are outside the mesh.

        Empty where one of them has an identity or may have one, or the input has none of them.
        """
        if namespace in self._hidden or self._machines.any({}, namespace):
            return ()
        found = [
            one
            for one in self._workloads.find({}, namespace)
            if not account or one.service_account == account
        ]
        modes = {self._workloads.membership(one) for one in found}
        return sorted(found, key=age) if modes == {Membership.NONE} else ()
