"""The filter chains of a server's sidecar for one container port.

Mirrors buildInboundChainConfigs and getFilterChainsByServicePort (pilot/pkg/networking/core/
listener_inbound.go) with the match options of filterchain_options.go, Istio 1.31: by the mode of
PeerAuthentication and the protocol of the oldest Service in front; other ports pass through.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from meshctl.istio.protocols import (
    MESH_ALPN,
    MESH_HTTP_ALPN,
    MESH_TCP_ALPN,
    PLAIN_HTTP_ALPN,
    RAW,
    TLS,
    Protocol,
    parse_protocol,
)
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.request_path.chains import ListenerChain
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Service, ServiceEntry, Sidecar, View, Workload
from meshctl.resources.view import views


class _Match(NamedTuple):
    """What one chain asks for, and whether it reads HTTP and opens TLS."""

    is_http: bool
    transport: str = ""
    alpn: tuple[str, ...] = ()
    opens_tls: bool = False


_STRICT_AUTO = (_Match(True, TLS, MESH_HTTP_ALPN, True), _Match(False, TLS, (), True))  # noqa: FBT003
_PERMISSIVE_AUTO = (
    _Match(is_http=True, transport=TLS, alpn=MESH_HTTP_ALPN, opens_tls=True),
    _Match(is_http=True, transport=RAW, alpn=PLAIN_HTTP_ALPN),
    _Match(is_http=False, transport=TLS, alpn=MESH_TCP_ALPN, opens_tls=True),
    _Match(is_http=False, transport=RAW),
    _Match(is_http=False, transport=TLS),
)
_PLAIN_AUTO = (_Match(is_http=True, alpn=PLAIN_HTTP_ALPN), _Match(is_http=False))


class InboundPort(NamedTuple):
    """A container port of a server: its protocol, and the Service port that names it.

    ``service_port`` is 0 for one that no Service leads to; ``endpoint`` is where a Sidecar's
    ingress listener sends connections.
    """

    number: int
    protocol: Protocol
    service_port: int = 0
    host: RegisteredHost | None = None
    endpoint: str = ""

    @property
    def is_known(self) -> bool:
        """Does istiod have chains for just this port?"""
        return self.service_port != 0


class InboundPorts:
    """The container ports of servers, by the Services and ServiceEntries that select them."""

    def __init__(self, registry: Registry, workloads: Workloads) -> None:
        self._registry = registry
        self._workloads = workloads
        self._selecting: dict[str, SelectorIndex[RegisteredHost]] = {}
        self._by_age = IdentityCache(_by_age)  # many workloads share their hosts
        self._headless = IdentityCache(_has_headless)
        self._by_sidecar = IdentityCache(_named_by)
        self._led_to = IdentityCache(_all_led_to)
        self._numbers: dict[object, dict[int, tuple[RegisteredHost, HostPort]]] = {}

    def hosts(self, workload: Workload) -> list[RegisteredHost]:
        """List the hosts that select a workload, the oldest first.

        Workloads that the same ones select share one list.
        """
        return self._by_age.of(self._index(workload.namespace).find(workload.pod_labels))

    def is_behind_headless(self, workload: Workload) -> bool:
        """Is one of the hosts that select a workload a headless Service?"""
        return self._headless.of(self.hosts(workload))

    def find(self, workload: Workload, number: int, sidecar: Sidecar | None) -> InboundPort:
        """Describe a container port, also one that nothing names."""
        ingress = _ingress_of(sidecar) if sidecar is not None else ()
        if ingress:
            return _of_ingress(ingress, number)
        found = self._in_front(workload).get(number)
        return _led_to(number, *found) if found is not None else InboundPort(number, Protocol.AUTO)

    def of(self, workload: Workload, sidecar: Sidecar | None) -> Sequence[InboundPort]:
        """List the container ports that have chains of their own, each once.

        Workloads with the same hosts in front share one list, as do those of one Sidecar that names ports.
        """
        named = self._by_sidecar.of(sidecar) if sidecar is not None else None
        return named if named is not None else self._led_to.of(self._in_front(workload))

    def _in_front(self, workload: Workload) -> Mapping[int, tuple[RegisteredHost, HostPort]]:
        """The container ports that hosts lead to, each with the first that does."""
        hosts = self.hosts(workload)
        key = id(hosts), tuple(workload.named_ports.items())
        if key not in self._numbers:
            found: dict[int, tuple[RegisteredHost, HostPort]] = {}
            for host in hosts:
                for port in host.ports:
                    number = self._workloads.target_port(workload, port)
                    if port.protocol is not Protocol.UDP and number is not None:
                        found.setdefault(number, (host, port))
            self._numbers[key] = found
        return self._numbers[key]

    def _index(self, namespace: str) -> SelectorIndex[RegisteredHost]:
        if namespace not in self._selecting:
            index: SelectorIndex[RegisteredHost] = SelectorIndex()
            for host in self._registry.of_namespace(namespace):
                selector = _selector(host.source)
                if selector:
                    index.add(selector, host)
            self._selecting[namespace] = index
        return self._selecting[namespace]


def _by_age(hosts: Sequence[RegisteredHost]) -> list[RegisteredHost]:
    found = {id(host): host for host in hosts}
    return sorted(
        found.values(),
        key=lambda registered_host: (age(registered_host.source)[0], registered_host.host),
    )


def _led_to(number: int, host: RegisteredHost, port: HostPort) -> InboundPort:
    return InboundPort(number, port.protocol, port.number, host)


def _all_led_to(
    found: Mapping[int, tuple[RegisteredHost, HostPort]],
) -> Sequence[InboundPort]:
    return [_led_to(number, *first) for number, first in found.items() if number]


def _ingress_of(sidecar: Sidecar) -> Sequence[View]:
    return views(sidecar.spec, "ingress", View)


def _named_by(sidecar: Sidecar) -> Sequence[InboundPort] | None:
    """The ports of a Sidecar's ingress listeners, if it has any."""
    ingress = _ingress_of(sidecar)
    numbers = dict.fromkeys(view.child("port").number("number") for view in ingress)
    return [_of_ingress(ingress, number) for number in numbers if number] if ingress else None


def _has_headless(hosts: Sequence[RegisteredHost]) -> bool:
    return any(host.is_headless for host in hosts)


def _selector(source: Service | ServiceEntry) -> Mapping[str, str]:
    if isinstance(source, Service):
        return {} if source.external_name else source.selector
    return source.workload_selector


def inbound_chains(port: InboundPort, mode: Mode) -> tuple[ListenerChain, ...]:
    """Build the chains of a container port for a mode of PeerAuthentication."""
    return tuple(_chain(port, match) for match in _matches(port.protocol, mode))


def _chain(port: InboundPort, match: _Match) -> ListenerChain:
    name = f"0.0.0.0_{port.number}"
    if not port.is_known:
        name = "virtualInbound-catchall-http" if match.is_http else "virtualInbound"
    return ListenerChain(
        name=name, transport=match.transport, alpn=match.alpn, is_http=match.is_http,
        opens_tls=match.opens_tls,
    )  # fmt: skip


def _matches(protocol: Protocol, mode: Mode) -> Iterable[_Match]:
    is_http = protocol.is_http
    if protocol is Protocol.AUTO:
        by_mode = {Mode.STRICT: _STRICT_AUTO, Mode.DISABLE: _PLAIN_AUTO}
        return by_mode.get(mode, _PERMISSIVE_AUTO)
    if mode is Mode.STRICT:
        return (_Match(is_http, TLS, (), opens_tls=True),)
    if mode is Mode.DISABLE:
        return (_Match(is_http),)
    mesh, plain = _Match(is_http, TLS, MESH_ALPN, opens_tls=True), _Match(is_http, RAW)
    return (mesh, plain) if is_http else (mesh, plain, _Match(is_http, TLS))


def _of_ingress(ingress: Iterable[View], number: int) -> InboundPort:
    for view in ingress:
        port = view.child("port")
        if port.number("number") == number:
            protocol = parse_protocol(port.text("protocol")) or Protocol.AUTO
            return InboundPort(number, protocol, number, None, view.text("defaultEndpoint"))
    return InboundPort(number, Protocol.AUTO)
