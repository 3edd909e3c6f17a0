"""The ports and probes of a pod whose traffic passes through its sidecar.

Mirrors the inbound rules of istio-iptables (tools/istio-iptables/pkg/capture/run.go) and probe
rewriting (pkg/kube/inject/app_probe.go) of Istio 1.31.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.istio.annotation_names import (
    EXCLUDE_INBOUND_PORTS,
    EXCLUDE_OUTBOUND_PORTS,
    EXCLUDE_OUTBOUND_RANGES,
    INCLUDE_INBOUND_PORTS,
    INCLUDE_OUTBOUND_PORTS,
    INCLUDE_OUTBOUND_RANGES,
    REWRITE_PROBES,
)
from meshctl.istio.annotation_values import flag
from meshctl.resources import Ref, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.words import whole_number


def is_rewritten(probe: View) -> bool:
    """Is a probe of a kind that the injector sends to its agent? ``exec`` is not."""
    return any(probe.has(action) for action in ("httpGet", "tcpSocket", "grpc"))


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A probe of the kubelet that opens a connection to a container port."""

    view: View
    port: int


@dataclass(frozen=True, slots=True)
class BypassedPorts:
    """The ports of others that a pod calls without its sidecar: some, or all but some."""

    numbers: frozenset[int] = frozenset()
    is_all_others: bool = False
    """Are they all ports that aren't listed?"""

    def __contains__(self, port: int) -> bool:
        return (port in self.numbers) is not self.is_all_others

    def __bool__(self) -> bool:
        return self.is_all_others or bool(self.numbers)


class WrittenProbes(NamedTuple):
    """The probes that reach a sidecar as they are written, and what leaves them so."""

    probes: tuple[Probe, ...]
    switch: Ref


class TrafficCapture:
    """What the sidecar of one workload sees of its inbound connections."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload

    def includes(self, port: int) -> bool:
        """Does the sidecar take connections to this port?"""
        return self.bypass(port) is None

    def bypass(self, port: int) -> Ref | None:
        """Name the annotation that leads connections to this port past the sidecar."""
        if self._includes_all:
            is_excluded = port in self._ports(EXCLUDE_INBOUND_PORTS)
            return self._annotation(EXCLUDE_INBOUND_PORTS) if is_excluded else None
        is_included = port in self._ports(INCLUDE_INBOUND_PORTS)
        return None if is_included else self._annotation(INCLUDE_INBOUND_PORTS)

    @property
    def excluded_in_vain(self) -> Iterator[int]:
        """Walk the inbound ports that are excluded and included by number.

        Exclusions count where all ports are included alone (handleInboundPortsInclude in run.go).
        """
        if not self._includes_all:
            both = self._ports(EXCLUDE_INBOUND_PORTS) & self._ports(INCLUDE_INBOUND_PORTS)
            yield from sorted(both)

    @property
    def includes_ports_in_vain(self) -> bool:
        """Are outbound ports included, though all addresses are, with whatever port?

        They add to the addresses (handleOutboundPortsInclude in run.go), and limit nothing.
        """
        everything = self._annotations.get(INCLUDE_OUTBOUND_RANGES, "*").strip() == "*"
        return everything and bool(self._ports(INCLUDE_OUTBOUND_PORTS))

    @property
    def _includes_all(self) -> bool:
        return self._annotations.get(INCLUDE_INBOUND_PORTS, "*").strip() == "*"

    @property
    def inbound(self) -> tuple[str | None, str | None]:
        """What is written of inbound ports, equal for pods whose sidecars take the same ones."""
        keys = (EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS)
        return self._annotations.get(keys[0]), self._annotations.get(keys[1])

    @property
    def past_sidecar(self) -> BypassedPorts:
        """The ports of others that the pod calls without its sidecar, whatever their address.

        They are the excluded ones, and with an empty list of address blocks all that aren't included
        (handleOutboundPortsInclude and handleOutboundIncludeRules in run.go).
        """
        excluded = self._ports(EXCLUDE_OUTBOUND_PORTS)
        if self._annotations.get(INCLUDE_OUTBOUND_RANGES, "*").strip():
            return BypassedPorts(excluded)
        return BypassedPorts(self._ports(INCLUDE_OUTBOUND_PORTS) - excluded, is_all_others=True)

    def takes_all_addresses(self, *, by_default: bool) -> bool:
        """Do calls to any address go to the sidecar, but for ports that are left out?

        ``by_default`` is what the injector does where annotations say nothing.
        """
        included = self._annotations.get(INCLUDE_OUTBOUND_RANGES, "*" if by_default else "")
        return included.strip() == "*" and not self._annotations.get(EXCLUDE_OUTBOUND_RANGES)

    def rewriting_off(self, default: Ref | None) -> Ref | None:
        """Name what leaves the probes as they are: an annotation, else the injector's default."""
        written = self._annotations.get(REWRITE_PROBES)
        if written is None:
            return default
        return self._annotation(REWRITE_PROBES) if flag(written) is False else None

    def rewrites_probes(self, *, by_default: bool) -> bool:
        """Does the injector send the probes to its agent?"""
        written = flag(self._annotations.get(REWRITE_PROBES))
        return by_default if written is None else written

    def probes(self) -> Iterator[Probe]:
        """Walk the HTTP and gRPC probes of containers that pass through the sidecar.

        A TCP probe only opens a connection, which the sidecar accepts for any port.
        """
        for number, view in self.probed_ports():
            if view.path[-1] != "tcpSocket" and self.includes(number):
                yield Probe(view, number)

    def probed_ports(self) -> Iterator[tuple[int, View]]:
        """Walk the ports that probes connect to, with the action that names each."""
        for container in self._workload.containers:
            for _, probe in container.probes:
                for action in ("httpGet", "grpc", "tcpSocket"):
                    view = probe.child(action)
                    number = self._number(view)
                    if number is not None and not view.has("host"):
                        yield number, view

    def _number(self, action: View) -> int | None:
        name = action.text("port")
        if name:
            number = whole_number(name)
            return self._workload.named_ports.get(name) if number is None else number
        return action.number("port")

    def _annotation(self, key: str) -> Ref:
        return self._workload.template.at("metadata", "annotations", key)

    def _ports(self, key: str) -> frozenset[int]:
        texts = self._annotations.get(key, "").split(",")
        numbers = map(whole_number, map(str.strip, texts))
        return frozenset(number for number in numbers if number is not None)

    @cached_property
    def _annotations(self) -> Mapping[str, str]:
        return self._workload.pod_annotations
