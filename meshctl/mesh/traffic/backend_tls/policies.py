"""The targets that BackendTLSPolicies are for, those that istiod doesn't find, and bad authorities.

Mirrors BackendTLSPolicyCollection, getBackendTLSCredentialName and btlsIsConflicted (pilot/pkg/config/kube/
gateway/backend_policies.go, Istio 1.31). A policy becomes a DestinationRule of mode SIMPLE; a bad authority
becomes one that no proxy can get: gateways and waypoints then connect to nobody, and sidecars send plaintext
(buildUpstreamClusterTLSContext, pilot/pkg/networking/core/cluster_tls.go).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.istio.api_versions import NETWORKING
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.precedence import age
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.resources import (
    BackendTlsPolicy,
    ConfigMap,
    ObjectReference,
    Ref,
    Service,
)
from meshctl.resources.cached_property import cached_property
from meshctl.words import quoted

_IGNORED = "istio.io/ignore-policy-attachment"
_SERVICE, _ENTRY = ("", "Service"), (NETWORKING, "ServiceEntry")
_KEYS = ("cacert", "ca.crt")


class LostTarget(NamedTuple):
    """A target of a policy that istiod passes over: the place, and why."""

    place: Ref
    why: str
    unknown: str = ""
    """What the input lacks to say so."""


class FollowedTarget(NamedTuple):
    """A target that counts: the policy that names it, and the host that it stands for."""

    policy: BackendTlsPolicy
    target: ObjectReference
    host: RegisteredHost


class BackendTls:
    """Answers for BackendTLSPolicies."""

    def __init__(self, inventory: Inventory, registry: Registry) -> None:
        self._inventory = inventory
        self._registry = registry

    def lost(self, policy: BackendTlsPolicy) -> Iterator[LostTarget]:
        """Walk the targets that are not there, or lack the port that the policy names."""
        for target in policy.targets if not _is_ignored(policy) else ():
            kind = target.group, target.kind
            declared = self.declared(target)
            if kind not in {_SERVICE, _ENTRY}:
                yield LostTarget(target.at("kind"), f"{target.kind} is no backend that Istio knows")
            elif not declared:
                known = self._inventory.knows.all_of(target.kind, policy.namespace)
                why = f"namespace {policy.namespace} has no {target.kind} {quoted(target.name)}"
                yield LostTarget(target.at("name"), why, "" if known else known.reason)
            else:
                names = [
                    port.name for registered_host in declared for port in registered_host.ports
                ]
                if target.section and target.section not in names:
                    there = ", ".join(dict.fromkeys(filter(None, names))) or "none with a name"
                    why = (
                        f"{target.kind} {target.name} has no port called {quoted(target.section)}; it "
                        f"has {there}"
                    )
                    yield LostTarget(target.at("sectionName"), why)

    def rival(self, policy: BackendTlsPolicy, target: ObjectReference) -> BackendTlsPolicy | None:
        """Find the policy that counts instead for the same backend and port.

        Files don't tell the age; of those that are applied together the first by name counts.
        """
        if _is_ignored(policy):
            return None
        counts, _ = self._first[_key(target)]
        return counts if counts is not policy else None

    def parted(self, target: ObjectReference) -> list[BackendTlsPolicy]:
        """List the policies that count for each port of a target that names none; empty where a port is left to it."""
        declared = self.declared(target) if not target.section else ()
        names = [port.name for host in declared for port in host.ports]
        keys = [(*_key(target)[:-1], name) for name in names]
        if not all(names) or any(key not in self._first for key in keys):
            return []
        return list(dict.fromkeys(self._first[key][0] for key in keys))

    def unread_authorities(self, policy: BackendTlsPolicy) -> Sequence[ObjectReference]:
        """List the authorities after the first one, which alone is read."""
        return policy.authorities[1:]

    def followed(self) -> Iterator[FollowedTarget]:
        """Walk the targets that istiod follows, those of the oldest policies first, with their hosts."""
        for policy, target in self._first.values():
            for host in self.declared(target):
                if not target.section or any(port.name == target.section for port in host.ports):
                    yield FollowedTarget(policy, target, host)

    def followed_of(self, policy: BackendTlsPolicy) -> Sequence[FollowedTarget]:
        """List the targets of one policy that istiod follows."""
        return self._followed.get(policy, ())

    @cached_property
    def _followed(self) -> dict[BackendTlsPolicy, list[FollowedTarget]]:
        found: dict[BackendTlsPolicy, list[FollowedTarget]] = {}
        for one in self.followed():
            found.setdefault(one.policy, []).append(one)
        return found

    def bad_authority(self, policy: BackendTlsPolicy) -> LostTarget | None:
        """Say why the certificates of the authority can't be had; ``None`` where they can."""
        if policy.spec.child("validation").has("wellKnownCACertificates") or not policy.authorities:
            return None
        reference = policy.authorities[0]
        if (reference.group, reference.text("kind")) != ("", "ConfigMap"):
            return LostTarget(
                reference.at("kind"),
                f"certificates come from a ConfigMap alone, not a {reference.kind}",
            )
        found = self._config_maps.get((policy.namespace, reference.name))
        if found is None:
            known = self._inventory.knows.all_of("ConfigMap", policy.namespace)
            why = f"namespace {policy.namespace} has no ConfigMap {quoted(reference.name)}"
            return LostTarget(reference.at("name"), why, "" if known else known.reason)
        if not any(found.values.get(key) for key in _KEYS):
            return LostTarget(reference.at("name"), f"ConfigMap {reference.name} has no ca.crt")
        return None

    def opens(self, host: RegisteredHost, port: str) -> bool:
        """Is there a policy for a host, or a port of it by name?"""
        return not self._sections.get(host, frozenset()).isdisjoint({"", port})

    @cached_property
    def _sections(self) -> dict[RegisteredHost, set[str]]:
        found: dict[RegisteredHost, set[str]] = {}
        for _, target, host in self.followed():
            found.setdefault(host, set()).add(target.section)
        return found

    def declared(self, target: ObjectReference) -> Sequence[RegisteredHost]:
        """What a target declares: the host of a Service, or all those of a ServiceEntry."""
        return self._declared.get(
            (target.group, target.kind, target.resource.namespace, target.name), ()
        )

    @cached_property
    def _declared(self) -> dict[tuple[str, ...], list[RegisteredHost]]:
        found: dict[tuple[str, ...], list[RegisteredHost]] = {}
        for host in self._registry:
            kind = _SERVICE if isinstance(host.source, Service) else _ENTRY
            found.setdefault((*kind, host.namespace, host.source.name), []).append(host)
        return found

    @cached_property
    def _first(self) -> dict[tuple[str, ...], tuple[BackendTlsPolicy, ObjectReference]]:
        """The policy that counts for each target, with its reference."""
        found: dict[tuple[str, ...], tuple[BackendTlsPolicy, ObjectReference]] = {}
        for policy in sorted(self._inventory.of(BackendTlsPolicy), key=age):
            for target in policy.targets if not _is_ignored(policy) else ():
                found.setdefault(_key(target), (policy, target))
        return found

    @cached_property
    def _config_maps(self) -> dict[tuple[str, str], ConfigMap]:
        return {
            (config_map.namespace, config_map.name): config_map
            for config_map in self._inventory.of(ConfigMap)
        }


def _is_ignored(policy: BackendTlsPolicy) -> bool:
    return policy.annotations.get(_IGNORED, "").lower() == "true"


def _key(target: ObjectReference) -> tuple[str, ...]:
    return target.resource.namespace, target.group, target.kind, target.name, target.section
