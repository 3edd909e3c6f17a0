"""Draws the TLS of the mesh: what every service takes, and what clients of each kind get."""

from collections.abc import Iterator
from dataclasses import replace

from meshctl.inspect.graph.picture import Edge, Node
from meshctl.inspect.graph.routing import draw_calls, draw_gateways
from meshctl.inspect.graph.sketch import Sketch
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import PeerAuthentication

_CLIENTS = (
    (Membership.SIDECAR, ClientKind.SIDECAR, "pods with a sidecar"),
    (Membership.AMBIENT, ClientKind.ZTUNNEL, "pods in ambient mode"),
    (Membership.NONE, ClientKind.NONE, "pods without a sidecar"),
)


def draw_mtls(sketch: Sketch) -> None:
    """Add all services with the mode of their pods, and the TLS of clients, gateways and calls."""
    mesh = sketch.mesh
    kinds = {mesh.workloads.membership(one) for one in mesh.workloads if not is_gateway(one)}
    kinds.add(Membership.SIDECAR)
    for host in mesh.registry:
        target = sketch.host(host)
        sketch.node(replace(sketch.nodes[target], facts=tuple(_modes(sketch, host))))
        for membership, proxy, name in _CLIENTS:
            if membership in kinds:
                client = Client(name, host.namespace, proxy)
                tls = sketch.tls(client, host.host)
                if tls is not None:
                    source = sketch.node(Node(f"clients:{proxy.value}", "clients", "", name))
                    policies = tuple(dict.fromkeys(_policies(sketch, host)))
                    sketch.edge(Edge(source, target, "client", "", (), tls, policies))
    draw_gateways(sketch)
    draw_calls(sketch)


def _modes(sketch: Sketch, host: RegisteredHost) -> Iterator[str]:
    """Say what the pods behind a host take on each port."""
    mtls = sketch.mesh.security.mtls
    for workload in () if host.is_external else mtls.behind(host):
        for port in host.ports:
            number = sketch.mesh.workloads.target_port(workload, port)
            if number is not None:
                mode = mtls.server(workload, number).mode.value
                yield f"{workload.title} takes {mode} on {port.number}"


def _policies(sketch: Sketch, host: RegisteredHost) -> Iterator[str]:
    """Name the PeerAuthentications that decide for a host."""
    mesh = sketch.mesh
    for workload in () if host.is_external else mesh.security.mtls.behind(host):
        for port in host.ports:
            number = mesh.workloads.target_port(workload, port)
            demand = mesh.security.mtls.server(workload, number).demand if number else None
            decider = demand.ref.resource if demand is not None and demand.ref is not None else None
            if isinstance(decider, PeerAuthentication):
                yield decider.title
