"""The effective mutual TLS mode of a workload's ports, with the object that sets it.

Mirrors ComposePeerAuthentication (pilot/pkg/security/authn/policy_applier.go) and
AuthenticationPolicies (pilot/pkg/model/authentication.go) of Istio 1.31.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age, order_is_known
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import PeerAuthentication, Ref, Workload
from meshctl.resources.cached_property import cached_property


class Mode(StrEnum):
    """What a server accepts."""

    STRICT = "strict"
    """Mutual TLS of the mesh alone."""
    PERMISSIVE = "permissive"
    """Mutual TLS of the mesh, and plaintext."""
    DISABLE = "disable"
    """Plaintext alone."""
    UNKNOWN = "unknown"
    """The input may lack the PeerAuthentication that decides."""


_MODES = {mode.name: mode for mode in (Mode.STRICT, Mode.PERMISSIVE, Mode.DISABLE)}


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveMode:
    """A mode with the place that decides it; no place means Istio's default, PERMISSIVE.

    ``order_known`` is false where creation times would decide between several policies.
    """

    mode: Mode
    ref: Ref | None = None
    order_known: bool = True


_DEFAULT = EffectiveMode(Mode.PERMISSIVE)
_UNKNOWN = EffectiveMode(Mode.UNKNOWN)


class _Picked(NamedTuple):
    """The workloads that a selector picks, by the policy that counts, and of each the first by name."""

    by_winner: Mapping[PeerAuthentication, list[Workload]]
    firsts: Sequence[tuple[PeerAuthentication, Workload]]


def _name(workload: Workload) -> str:
    return workload.key_name


class PeerAuthentications:
    """All PeerAuthentications, by the level they act on.

    ``lacks`` tells of which namespaces the input may lack some: what holds there is unknown, unless
    one of the input decides.
    """

    def __init__(
        self, policies: Iterable[PeerAuthentication], workloads: Workloads, config: MeshConfig,
        *, lacks: Callable[[str], bool] = lambda _: False,
    ) -> None:  # fmt: skip
        self._lacks = lacks
        self._root = config.root_namespace
        self._workloads = workloads
        self._wide: dict[str, list[PeerAuthentication]] = {}
        self._narrow: list[PeerAuthentication] = []
        for policy in sorted(policies, key=age):
            if policy.selector:
                self._narrow.append(policy)
            else:
                self._wide.setdefault(policy.namespace, []).append(policy)
        self._of_namespace: dict[str, EffectiveMode] = {}
        self._of_workload: dict[Workload, EffectiveMode] = {}
        self._of_alike: dict[object, EffectiveMode] = {}
        self._of_ports: dict[tuple[object, int], EffectiveMode] = {}
        self._picked = IdentityCache(self._by_policy)
        self._off = IdentityCache(self._turned_off)
        self._strict = IdentityCache(self._demanding)
        self._kept: dict[int, Sequence[PeerAuthentication]] = {}

    def for_mesh(self) -> Sequence[PeerAuthentication]:
        """The policies of the whole mesh, the one that counts first."""
        return self._wide.get(self._root, ())

    def for_namespace(self, namespace: str) -> Sequence[PeerAuthentication]:
        """The policies of a whole namespace, the one that counts first."""
        return self._wide.get(namespace, ())

    def for_workload(self, workload: Workload) -> Sequence[PeerAuthentication]:
        """The policies whose selector picks a workload, the one that counts first.

        Workloads that the same ones pick share one sequence.
        """
        index = self._selecting.get(workload.namespace)
        if index is None or workload not in self._workloads:
            return ()
        return index.find(workload.pod_labels)

    def may_differ_unseen(self, namespace: str, mode: Mode) -> bool:
        """May pods that the input doesn't show take another mode, by a policy that is for them?

        A policy of the namespace that selects no workload of the input may be for any other.
        """
        return any(
            policy.port_modes or _MODES.get(policy.mode, mode) is not mode
            for policy in self._for_unseen.get(namespace, ())
        )

    @cached_property
    def _for_unseen(self) -> dict[str, list[PeerAuthentication]]:
        found: dict[str, list[PeerAuthentication]] = {}
        for policy in self._narrow:
            if not self._workloads.find(policy.selector, policy.namespace):
                found.setdefault(policy.namespace, []).append(policy)
        return found

    def alike(self, workload: Workload) -> object:
        """Give a key that workloads share for which the same holds."""
        policies = self.for_workload(workload)
        self._kept.setdefault(id(policies), policies)
        return workload.namespace, id(policies), self._workloads.is_remote(workload)

    def winners(self, policy: PeerAuthentication) -> Sequence[tuple[PeerAuthentication, Workload]]:
        """The policies that count for the workloads of a policy, each with the first by name."""
        return self._picked_by(policy).firsts

    def governed(self, policy: PeerAuthentication) -> Sequence[Workload]:
        """The workloads that a policy picks, and for which no older one counts."""
        return self._picked_by(policy).by_winner.get(policy, ())

    def _picked_by(self, policy: PeerAuthentication) -> _Picked:
        """The workloads of a policy by the policy that counts; read once for equal selectors."""
        return self._picked.of(self._workloads.find(policy.selector, policy.namespace))

    def _by_policy(self, workloads: Sequence[Workload]) -> _Picked:
        found: dict[PeerAuthentication, list[Workload]] = {}
        for workload in workloads:
            found.setdefault(self.for_workload(workload)[0], []).append(workload)
        firsts = [
            (peer_authentication, min(several, key=_name))
            for peer_authentication, several in found.items()
        ]
        firsts.sort(key=lambda first: _name(first[1]))
        return _Picked(found, firsts)

    def disabled_for(self, workloads: Sequence[Workload]) -> EffectiveMode | None:
        """What turns mutual TLS off for the first of some workloads, if it is off for them all.

        HBONE authenticates whatever policies say, and a port may have a mode of its own.
        """
        return self._off.of(workloads)

    def _turned_off(self, workloads: Sequence[Workload]) -> EffectiveMode | None:
        is_off = bool(workloads) and all(map(self._is_off, workloads))
        return self.of_workload(workloads[0]) if is_off else None

    def first_strict(self, workloads: Sequence[Workload]) -> Workload | None:
        """The first of some workloads that demands mutual TLS; found once for a sequence."""
        return self._strict.of(workloads)

    def _demanding(self, workloads: Sequence[Workload]) -> Workload | None:
        strict = (
            workload for workload in workloads if self.of_workload(workload).mode is Mode.STRICT
        )
        return next(strict, None)

    def _is_off(self, workload: Workload) -> bool:
        is_ambient = self._workloads.membership(workload) is Membership.AMBIENT
        has_ports = any(
            peer_authentication.port_modes for peer_authentication in self.for_workload(workload)
        )
        is_disabled = self.of_workload(workload).mode is Mode.DISABLE
        return is_disabled and not is_ambient and not has_ports

    def of_namespace(self, namespace: str) -> EffectiveMode:
        """The mode of a namespace: its oldest policy, else the mesh's; others are ignored."""
        known = self._of_namespace.get(namespace)
        if known is None:
            mesh = _decide(self.for_mesh(), _UNKNOWN if self._lacks(self._root) else _DEFAULT)
            above = _UNKNOWN if self._lacks(namespace) else mesh
            known = (
                mesh if namespace == self._root else _decide(self.for_namespace(namespace), above)
            )
            self._of_namespace[namespace] = known
        return known

    def of_workload(self, workload: Workload) -> EffectiveMode:
        """The mode of a workload on ports without a mode of their own.

        What one of another cluster takes is for the PeerAuthentications of that cluster to say.
        """
        if self._workloads.is_remote(workload):
            return _UNKNOWN
        known = self._of_workload.get(workload)
        if known is None:
            key = self.alike(workload)
            if key not in self._of_alike:
                above = self.of_namespace(workload.namespace)
                self._of_alike[key] = _decide(self.for_workload(workload), above)
            known = self._of_workload[workload] = self._of_alike[key]
        return known

    def of_port(self, workload: Workload, port: int) -> EffectiveMode:
        """The mode of a container port: the workload's policy may single it out."""
        policies = self.for_workload(workload)
        whole = self.of_workload(workload)
        if not policies:
            return whole
        mode = _MODES.get(policies[0].port_modes.get(port, ""))
        if mode is None:
            return whole
        key = self.alike(workload), port
        if key not in self._of_ports:
            ref = policies[0].spec.at("portLevelMtls", str(port), "mode")
            self._of_ports[key] = EffectiveMode(mode, ref, order_is_known(policies))
        return self._of_ports[key]

    @cached_property
    def _selecting(self) -> dict[str, SelectorIndex[PeerAuthentication]]:
        found: dict[str, SelectorIndex[PeerAuthentication]] = {}
        for policy in self._narrow:
            found.setdefault(policy.namespace, SelectorIndex()).add(policy.selector, policy)
        return found


def _decide(policies: Sequence[PeerAuthentication], above: EffectiveMode) -> EffectiveMode:
    """The oldest policy of a level decides, and where it has no mode the level above."""
    if not policies:
        return above
    order_known = order_is_known(policies) or len({policy.mode for policy in policies}) == 1
    mode = _MODES.get(policies[0].mode)
    if mode is None:
        return EffectiveMode(above.mode, above.ref, above.order_known and order_known)
    return EffectiveMode(mode, policies[0].spec.at("mtls", "mode"), order_known)
