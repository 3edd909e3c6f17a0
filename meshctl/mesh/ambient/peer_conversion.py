"""Translates PeerAuthentications to what ztunnel gets, for the workloads they are named for.

Mirrors convertPeerAuthentication and convertedSelectorPeerAuthentications
(pilot/pkg/serviceregistry/ambient/authorization.go, Istio 1.31). ztunnel always takes HBONE, so
only STRICT does anything: it becomes a DENY for connections without an identity.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.ambient.connection_match import ANONYMOUS, PeerConnection, matches
from meshctl.mesh.ambient.ztunnel_policy import Clause, Group, Match, Scope, ZtunnelPolicy
from meshctl.mesh.core.precedence import age, order_is_known
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.security.peer_authentication import EffectiveMode, Mode
from meshctl.resources import PeerAuthentication, Ref
from meshctl.resources.cached_property import cached_property

_STRICT, _PERMISSIVE, _DISABLE, _UNSET = "STRICT", "PERMISSIVE", "DISABLE", ""
_OPEN = frozenset({_PERMISSIVE, _DISABLE})
STATIC_STRICT = "istio_converted_static_strict"
_NO_IDENTITY = Match(not_principals=("*",))


class _Levels(NamedTuple):
    """The oldest policies of the mesh, of a namespace, and of a workload."""

    mesh: PeerAuthentication | None
    namespace: PeerAuthentication | None
    workload: PeerAuthentication | None = None

    @property
    def are_strict(self) -> bool:
        """Do mesh and namespace together ask for STRICT?"""
        mode = _mode(self.namespace) or _mode(self.mesh)
        return mode == _STRICT


class PeerConversion:
    """All PeerAuthentications, as ztunnel sees them."""

    def __init__(self, policies: Iterable[PeerAuthentication], root_namespace: str) -> None:
        self._root = root_namespace
        self._wide: dict[str, list[PeerAuthentication]] = {}
        self._narrow: list[PeerAuthentication] = []
        self._selecting: dict[str, SelectorIndex[PeerAuthentication]] = {}
        # Many pods share the policies that compete for them.
        self._are_in_order = IdentityCache[Sequence[PeerAuthentication], bool](order_is_known)
        # Where no time decides, istiod takes what it lists first, which is not by name for sure.
        for policy in sorted(policies, key=age):
            if policy.selector:
                self._narrow.append(policy)
                index = self._selecting.setdefault(policy.namespace, SelectorIndex())
                index.add(policy.selector, policy)
            else:
                self._wide.setdefault(policy.namespace, []).append(policy)

    def keys_for(self, namespace: str, labels: Mapping[str, str]) -> list[str]:
        """Name the converted policies that guard a workload with these labels, sorted.

        They are named for workloads outside ambient mode too, where they do nothing.
        """
        levels = self._levels(namespace, labels)
        own = levels.workload
        if own is None:
            return [self._static_key] if levels.are_strict else []
        is_strict = own.mode == _STRICT or (own.mode == _UNSET and levels.are_strict)
        modes = set(own.port_modes.values())
        opens = modes & _OPEN if own.mode == _STRICT else modes & {_PERMISSIVE}
        if is_strict and opens:
            # The converted policy says STRICT for the other ports, too.
            return [_converted_key(own)]
        if is_strict:
            return [self._static_key]
        return [_converted_key(own)] if _STRICT in modes else []

    @cached_property
    def policies(self) -> dict[str, ZtunnelPolicy]:
        """All policies that ztunnel gets, by key: the one for STRICT, and those with ports."""
        converted = [policy for policy in map(self._converted, self._narrow) if policy is not None]
        every = [*converted, self._static] if self._wide or self._narrow else []
        return {policy.key_name: policy for policy in every}

    def demand(self, namespace: str, labels: Mapping[str, str], port: int) -> EffectiveMode:
        """Say whether ztunnel takes plaintext on a port of a pod, and which object decides it."""
        plaintext = PeerConnection(ANONYMOUS, port)
        named = (self.policies.get(key) for key in self.keys_for(namespace, labels))
        is_refused = any(matches(policy, plaintext) for policy in named if policy is not None)
        mode = Mode.STRICT if is_refused else Mode.PERMISSIVE
        written = self._written(self._levels(namespace, labels), port)
        ref = next((ref for text, ref in written if (text == _STRICT) is is_refused), None)
        is_known = self._are_in_order.of(self._of_levels(namespace, labels))
        return EffectiveMode(mode, ref, is_known)

    def _of_levels(self, namespace: str, labels: Mapping[str, str]) -> Sequence[PeerAuthentication]:
        """List the policies that compete on the level at which several do."""
        levels = (
            self._picking(namespace, labels),
            self._wide.get(namespace, ()),
            self._wide.get(self._root, ()),
        )
        return next((level for level in levels if len(level) > 1), ())

    def _picking(self, namespace: str, labels: Mapping[str, str]) -> Sequence[PeerAuthentication]:
        index = self._selecting.get(namespace)
        return index.find(labels) if index is not None else ()

    @staticmethod
    def _written(levels: _Levels, port: int) -> Iterator[tuple[str, Ref]]:
        """Walk the modes that are written for a port, the narrowest first, with their places."""
        own = levels.workload
        if own is not None and own.port_modes.get(port):
            yield own.port_modes[port], own.spec.at("portLevelMtls", str(port), "mode")
        for peer_authentication in (own, levels.namespace, levels.mesh):
            if peer_authentication is not None and peer_authentication.mode:
                yield peer_authentication.mode, peer_authentication.spec.at("mtls", "mode")

    @cached_property
    def _static(self) -> ZtunnelPolicy:
        groups = (Group(((_NO_IDENTITY,),)),)
        return ZtunnelPolicy(self._root, STATIC_STRICT, Scope.WORKLOAD_SELECTOR, "DENY", groups)

    @property
    def _static_key(self) -> str:
        return f"{self._root}/{STATIC_STRICT}"

    def _levels(self, namespace: str, labels: Mapping[str, str]) -> _Levels:
        mesh = _first(self._wide.get(self._root, ()))
        if namespace == self._root:
            return _Levels(mesh, None)  # a selector in the root namespace is passed over
        narrow = _first(self._picking(namespace, labels))
        return _Levels(mesh, _first(self._wide.get(namespace, ())), narrow)

    def _converted(self, policy: PeerAuthentication) -> ZtunnelPolicy | None:
        """Translate a policy with modes of ports; ``None`` where STRICT alone says it all."""
        if policy.namespace == self._root or not policy.port_modes:
            return None
        levels = self._levels(policy.namespace, {})
        above = levels.are_strict
        groups: list[Group] = []
        exceptions: list[Clause] = []
        for port, mode in sorted(policy.port_modes.items()):
            if mode == _STRICT and not _is_strict_anyway(policy, levels):
                match = Match(not_principals=("*",), destination_ports=(port,))
                groups.append(Group(((match,),)))
            elif mode in _OPEN and _is_exception(policy, levels):
                exceptions.append((Match(not_destination_ports=(port,)),))
        if policy.mode == _STRICT and not exceptions:
            return None
        clauses: list[Clause] = [(_NO_IDENTITY,)] if policy.mode == _STRICT else []
        clauses += exceptions
        if exceptions and above:
            clauses.append((_NO_IDENTITY,))
        if clauses:
            groups.append(Group(tuple(clauses)))
        if not groups:
            return None
        return ZtunnelPolicy(
            policy.namespace, _name(policy), Scope.WORKLOAD_SELECTOR, "DENY", tuple(groups),
            policy, policy.selector,
        )  # fmt: skip


def _is_strict_anyway(policy: PeerAuthentication, levels: _Levels) -> bool:
    """Does istiod take a STRICT port for one that the levels above make STRICT already?

    STRICT of the mesh counts here even where the workload's policy itself says PERMISSIVE, so that
    the port then stays open.
    """
    of_namespace = _mode(levels.namespace)
    if policy.mode == _STRICT or (of_namespace == _UNSET and _mode(levels.mesh) == _STRICT):
        return True
    return policy.mode == _UNSET and of_namespace == _STRICT


def _is_exception(policy: PeerAuthentication, levels: _Levels) -> bool:
    """Does an open port differ from what holds for the others?

    As in istiod, an UNSET namespace hides STRICT of the mesh here, though it inherits it elsewhere.
    """
    if policy.mode in _OPEN:
        return False
    if policy.mode == _STRICT:
        return True
    if levels.namespace is not None:
        return levels.namespace.mode == _STRICT
    return levels.mesh is not None and levels.mesh.mode == _STRICT


def _mode(policy: PeerAuthentication | None) -> str:
    return policy.mode if policy is not None else _UNSET


def _first(policies: Sequence[PeerAuthentication]) -> PeerAuthentication | None:
    return policies[0] if policies else None


def _name(policy: PeerAuthentication) -> str:
    return f"converted_peer_authentication_{policy.name}"


def _converted_key(policy: PeerAuthentication) -> str:
    return f"{policy.namespace}/{_name(policy)}"
