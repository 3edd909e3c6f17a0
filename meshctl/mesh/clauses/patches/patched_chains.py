"""The filter chains that EnvoyFilters look for, by what those ask connections for.

Mirrors filterChainMatch (pilot/pkg/networking/core/envoyfilter/listener_patch.go, Istio 1.31): each field is compared
with the chain's own match, letter by letter; a chain that asks for nothing there doesn't fit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from meshctl.istio.protocols import MESH_ALPN, PLAIN_HTTP_ALPN, RAW, TLS
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.clauses.patches.patched_ports import PatchedPorts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.listeners import FilterChain, Listener
from meshctl.mesh.workloads.envoy_patches import is_ignored, is_never_applied, operation_done
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import ConfigPatch, EnvoyFilter, KubernetesGateway, Ref, View, Workload
from meshctl.resources.cached_property import cached_property

_INBOUND_PORT, _OUTBOUND_PORT = 15006, 15001
_BLACKHOLE = "virtualInbound-blackhole"
_INBOUND_NAMES = ("virtualInbound", "virtualInbound-catchall-http", _BLACKHOLE, "default")
"""Names of chains that are for no port of a Service; those others are called as ``0.0.0.0_8080``
(listener_inbound.go and listener_waypoint.go, pilot/pkg/networking/core)."""
_OUTBOUND_NAMES = (
    "PassthroughFilterChain", "virtualOutbound-blackhole", "virtualOutbound-catchall-tcp",
    "virtualOutbound-catchall-tcp-http",
)  # fmt: skip
"""Names of chains for what no Service takes; those of Services have none (listener_builder.go there)."""
_COMING_IN = "calls that come in"
_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - compared alone
_IN_CHAINS = frozenset({"FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER"})
_CHANGED = frozenset(
    {"name", "filterChainMatch", "filter_chain_match", "filterChains", "filter_chains"}
)
"""What a patch may change by which chains are found."""


class MissingChain(NamedTuple):
    """A field of a match that no chain fits: its place, the kind of chain, and what there is instead."""

    place: Ref
    chains: str
    known: tuple[str, ...]
    otherwise: str = "they have none"
    """What is so where there is nothing instead."""


class _GatewayChain(NamedTuple):
    listener: Listener
    chain: FilterChain

    def fits(self, asked: View, *, is_http: bool) -> bool:
        """Is it in a listener that a match is for, and does it read requests where that is asked?"""
        name, port = asked.text("name"), asked.number("portNumber")
        is_there = name in {"", self.listener.name} and port in {None, 0, self.listener.port}
        return is_there and (self.is_http or not is_http)

    @property
    def is_http(self) -> bool:
        """Does it read requests?"""
        return bool(self.chain.route_config)


class _GatewayChains:
    """The chains of some gateways, and those by the names and ports that they are for."""

    def __init__(self, gateways: Sequence[EffectiveGateway]) -> None:
        self.all = [
            _GatewayChain(listener, chain)
            for gateway in gateways
            for listener in gateway.listeners
            for chain in listener.chains
        ]
        self.passes_through = any(one.chain.upstream is not None for one in self.all)
        self.by_name: dict[str, list[_GatewayChain]] = {}
        self._by_port: dict[int, list[_GatewayChain]] = {}
        for one in self.all:
            self._by_port.setdefault(one.listener.port, []).append(one)
            for name in one.chain.sni:
                self.by_name.setdefault(name, []).append(one)

        self._names: dict[tuple[str, int | None, bool], tuple[str, ...]] = {}

    def has(self, asked: View, sni: str, *, is_http: bool) -> bool:
        """Is there a chain in the listeners that a match is for, with a name if one is asked for?"""
        port = asked.number("portNumber")
        rest = self._by_port.get(port, []) if port else self.all
        several = self.by_name.get(sni, []) if sni else rest
        return any(one.fits(asked, is_http=is_http) for one in several)

    def names(self, asked: View, *, is_http: bool) -> tuple[str, ...]:
        """The names that chains of the listeners ask for which a match is for, in order."""
        key = asked.text("name"), asked.number("portNumber"), is_http
        if key not in self._names:
            fitting = (one for one in self.all if one.fits(asked, is_http=is_http))
            self._names[key] = tuple(sorted({name for one in fitting for name in one.chain.sni}))
        return self._names[key]


class PatchedChains:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts, ports: PatchedPorts) -> None:
        self._parts = parts
        self._ports = ports
        self._at = IdentityCache(self._chains_of)

    def missing(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingChain | None:
        """Say what a patch asks of a filter chain that surely none of its proxies' has."""
        listener = patch.child("match", "listener")
        asked = listener.child("filterChain")
        is_read = patch.apply_to in _IN_CHAINS and not (
            patch.apply_to == "FILTER_CHAIN" and operation_done(patch) == "ADD"
        )
        if not (listener.data and is_read) or is_ignored(patch) or is_never_applied(patch):
            return None
        if self._changed_by_others:
            return None
        if patch.context == "GATEWAY":
            is_http = patch.apply_to == "HTTP_FILTER"
            return self._at_gateway(envoy_filter, listener, is_http=is_http)
        if self._parts.of(KubernetesGateway):
            return None  # a waypoint has other chains
        if patch.context == "SIDECAR_INBOUND":
            return self._inbound(envoy_filter, listener)
        return _outbound(asked) if patch.context == "SIDECAR_OUTBOUND" else None

    def _at_gateway(
        self, envoy_filter: EnvoyFilter, listener: View, *, is_http: bool
    ) -> MissingChain | None:
        knows, asked = self._parts.knows, listener.child("filterChain")
        found = self._at.of(self._parts.workloads.envoy_filters.reached(envoy_filter))
        knows_all = knows.everywhere("Gateway") and knows.everywhere("VirtualService")
        is_known = bool(found.all and knows_all)
        alpn = MESH_ALPN if found.passes_through or not is_known else ()
        fields = {"name": (), "transportProtocol": (), "ports": ()}
        missing = _unfit(asked, "gateways", fields, alpn)
        if missing is not None or not is_known:
            return missing
        sni = asked.text("sni")
        if found.has(listener, sni, is_http=is_http):
            return None
        if sni and found.has(listener, "", is_http=is_http):
            known = found.names(listener, is_http=is_http)
            return MissingChain(asked.at("sni"), "gateways", known)
        is_there = is_http and found.has(listener, "", is_http=False)
        return (
            _no_http(listener) if is_there else None
        )  # of a listener that isn't there others speak

    def _inbound(self, envoy_filter: EnvoyFilter, listener: View) -> MissingChain | None:
        asked = listener.child("filterChain")
        reached = self._parts.workloads.envoy_filters.reached(envoy_filter)
        if self._ports.has_own_listeners or not reached:
            return None
        if asked.text("sni"):
            return MissingChain(asked.at("sni"), _COMING_IN, ())
        port, other = listener.number("portNumber"), asked.number("destinationPort")
        if port and other and port != other:
            return MissingChain(asked.at("destinationPort"), _COMING_IN, (str(port),))
        ports = self._ports.listened(reached)
        known = {*(ports or {port, other}), _INBOUND_PORT}
        fields = {
            "name": self._inbound_names(reached, asked.text("name"), other or port, ports),
            "transportProtocol": (RAW, TLS),
            "ports": tuple(str(number) for number in sorted(known - {None})),
        }
        return _unfit(asked, _COMING_IN, fields, (*MESH_ALPN, *PLAIN_HTTP_ALPN))

    def _inbound_names(
        self, reached: Sequence[Workload], name: str, port: int | None, ports: frozenset[int] | None
    ) -> tuple[str, ...]:
        """The names of the chains for a port, or for all of them, in the order in which they are shown."""
        if port == _INBOUND_PORT:
            return (_BLACKHOLE,)
        if ports is None:
            numbers = {name.rpartition("_")[2]} if port is None else {str(port)}
            return (*_INBOUND_NAMES, *_names_of(numbers))
        of_services = self._ports.of_services(reached)
        if port is None:
            return (*_names_of(map(str, sorted(of_services))), *_INBOUND_NAMES)
        own = _names_of([str(port)]) if port in of_services else ()
        rest = _INBOUND_NAMES if port in ports - of_services else ()
        return (*own, *rest)

    @cached_property
    def _changed_by_others(self) -> bool:
        """Does any patch bring listeners or chains, or change what chains are found by?"""
        return any(
            operation_done(patch) == "ADD" or _CHANGED & set(patch.child("patch", "value").data)
            for envoy_filter in self._parts.of(EnvoyFilter)
            for patch in envoy_filter.patches
            if patch.apply_to in {"LISTENER", "FILTER_CHAIN"}
        )

    def _chains_of(self, reached: Sequence[Workload]) -> _GatewayChains:
        several = (one.key_name for one in reached if is_gateway(one))
        found = map(self._parts.gateways.for_workload, several)
        return _GatewayChains([gateway for gateway in found if gateway is not None])


def _names_of(numbers: Iterable[str]) -> tuple[str, ...]:
    """The names of chains for ports of containers, by the addresses that a proxy listens on."""
    return tuple(f"{address}_{one}" for one in numbers for address in _ADDRESSES)


def _no_http(listener: View) -> MissingChain:
    key = "portNumber" if listener.has("portNumber") else "name"
    place = listener.at(key) if listener.has(key) else listener.child("filterChain").at()
    otherwise = "what is there passes connections on, and has no filters for HTTP"
    return MissingChain(place, "gateways for requests", (), otherwise)


def _outbound(asked: View) -> MissingChain | None:
    fields = {
        "name": _OUTBOUND_NAMES, "transportProtocol": (RAW,), "ports": (str(_OUTBOUND_PORT),),
    }  # fmt: skip
    return _unfit(asked, "calls that go out", fields, PLAIN_HTTP_ALPN)


def _unfit(
    asked: View, chains: str, known: Mapping[str, tuple[str, ...]], alpn: tuple[str, ...]
) -> MissingChain | None:
    """Find the first field that asks for something which no chain has."""
    for key in ("name", "transportProtocol"):
        if asked.text(key) and asked.text(key) not in known[key]:
            return MissingChain(asked.at(key), chains, known[key])
    protocols = asked.text("applicationProtocols")
    if protocols and not set(protocols.split(",")) <= set(alpn):
        return MissingChain(asked.at("applicationProtocols"), chains, alpn)
    port = asked.number("destinationPort")
    if port and str(port) not in known["ports"]:
        return MissingChain(asked.at("destinationPort"), chains, known["ports"])
    return None
