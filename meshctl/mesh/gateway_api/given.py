"""What the model of the Gateway API asks of the rest of the mesh."""

from typing import NamedTuple

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.namespaces import Namespaces
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.workloads.workloads import Workloads


class Given(NamedTuple):
    """The input, with its hosts, pods, namespaces and grants."""

    inventory: Inventory
    registry: RegistryFacade
    workloads: Workloads
    namespaces: Namespaces
    reference_grants: ReferenceGrants
