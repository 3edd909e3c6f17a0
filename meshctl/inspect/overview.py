"""Answers what a page shows around findings: TLS in each namespace, and the routes of gateways."""

from typing import NamedTuple

from meshctl.inspect.routes.answer import all_gateways
from meshctl.inspect.routes.gateway_routes import GatewayEntry
from meshctl.inspect.tls.matrix import matrix, namespaces
from meshctl.mesh import Mesh


class Overview(NamedTuple):
    """The four rows of TLS of each namespace (client, server, what happens), and the gateways."""

    matrices: dict[str, list[tuple[str, str, str]]]
    gateways: tuple[GatewayEntry, ...]


def overview_of(mesh: Mesh, shown: tuple[str, ...]) -> Overview:
    """Look at a mesh as a whole, or at the namespaces that are shown."""
    homes = [name for name in namespaces(mesh) if not shown or name in shown]
    return Overview({name: list(matrix(mesh, name)) for name in homes}, all_gateways(mesh, shown))
