"""Draws the TLS of the mesh: what every service takes, and what clients of each kind get."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.inspect.graph.picture import Edge, Node
from meshctl.inspect.graph.routing import draw_calls, draw_gateways
from meshctl.inspect.graph.sketch import Sketch
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import PeerAuthentication, Workload
from meshctl.words import amount

_CLIENTS = (
    (Membership.SIDECAR, ClientKind.SIDECAR, "pods with a sidecar"),
    (Membership.AMBIENT, ClientKind.ZTUNNEL, "pods in ambient mode"),
    (Membership.NONE, ClientKind.NONE, "pods without a sidecar"),
)


_MOST_MODES = 200
"""Pods times ports of a host, beyond which a node counts them instead of naming each."""


class _Mode(NamedTuple):
    """What pods take on a port of a host, and the PeerAuthentication that decides it."""

    mode: str
    port: int
    decider: str


class _Taken(NamedTuple):
    """The pods behind hosts with what they take, equal for all that are alike."""

    pods: list[tuple[Workload, list[_Mode]]]
    number: int

    def counts(self) -> Counter[tuple[str, int]]:
        """Count the pods that take the same on a port."""
        alike = Counter(id(modes) for _, modes in self.pods)
        found = Counter[tuple[str, int]]()
        for modes in self.kinds(len(self.pods)):
            for one in modes:
                found[one.mode, one.port] += alike[id(modes)]
        return found

    def kinds(self, first: int) -> Iterator[list[_Mode]]:
        """Walk what the first so many pods take, once for those that are alike."""
        yield from {id(modes): modes for _, modes in self.pods[:first]}.values()


def draw_mtls(sketch: Sketch) -> None:
    """Add all services with the mode of their pods, and the TLS of clients, gateways and calls."""
    mesh = sketch.mesh
    kinds = {
        mesh.workloads.membership(workload)
        for workload in mesh.workloads
        if not is_gateway(workload)
    }
    kinds.add(Membership.SIDECAR)
    modes = _Modes(sketch)
    for host in mesh.registry:
        target = sketch.host(host)
        sketch.nodes.say(target, modes.of(host))
        for membership, proxy, name in _CLIENTS:
            if membership in kinds:
                client = Client(name, host.namespace, proxy)
                tls = sketch.tls(client, host.host)
                if tls is not None:
                    source = sketch.nodes.add(Node(f"clients:{proxy.value}", "clients", "", name))
                    policies = modes.policies(host)
                    sketch.ways.add(Edge(source, target, "client", "", (), tls, policies))
    draw_gateways(sketch)
    draw_calls(sketch)


class _Modes:
    """What the pods behind hosts take, read once for the pods and ports that many hosts share."""

    def __init__(self, sketch: Sketch) -> None:
        self._sketch = sketch
        self._known: dict[object, tuple[Sequence[Workload], _Taken]] = {}

    def of(self, host: RegisteredHost) -> Iterator[str]:
        """Say what the pods behind a host take on each port, or of many how many take the same."""
        taken = self._read(host)
        if not self._sketch.pods_of(host).others and taken.number <= _MOST_MODES:
            several = ((pod, one) for pod, modes in taken.pods for one in modes)
            yield from (f"{pod.title} takes {one.mode} on {one.port}" for pod, one in several)
            return
        for (mode, port), number in taken.counts().items():
            verb = "takes" if number == 1 else "take"
            yield f"{amount(number, 'workload')} {verb} {mode} on {port}"

    def policies(self, host: RegisteredHost) -> tuple[str, ...]:
        """Name the PeerAuthentications that decide for the pods that a host's node names."""
        named = len(self._sketch.pods_of(host).pods)
        found = (one for modes in self._read(host).kinds(named) for one in modes)
        return tuple(dict.fromkeys(one.decider for one in found if one.decider))

    def _read(self, host: RegisteredHost) -> _Taken:
        mtls = self._sketch.mesh.security.mtls
        pods = () if host.is_external else mtls.behind(host)
        key = id(pods), tuple((port.number, port.target) for port in host.ports)
        if key not in self._known:
            alike: dict[object, list[_Mode]] = {}
            found = []
            for pod in pods:
                kind = mtls.alike(pod), frozenset(pod.named_ports.items())
                if kind not in alike:
                    alike[kind] = list(self._modes(pod, host.ports))
                found.append((pod, alike[kind]))
            self._known[key] = pods, _Taken(found, sum(len(modes) for _, modes in found))
        return self._known[key][1]

    def _modes(self, workload: Workload, ports: Sequence[HostPort]) -> Iterator[_Mode]:
        mesh = self._sketch.mesh
        for port in ports:
            number = mesh.workloads.target_port(workload, port)
            if number is not None:
                server = mesh.security.mtls.server(workload, number)
                ref = server.demand.ref if server.demand is not None else None
                decider = ref.resource if ref is not None else None
                title = decider.title if isinstance(decider, PeerAuthentication) else ""
                yield _Mode(server.mode.value, port.number, title)
