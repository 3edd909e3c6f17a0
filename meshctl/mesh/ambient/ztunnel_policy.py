"""A policy in the form in which ztunnel gets it.

The form is that of pkg/workloadapi/security/authorization.proto; how it is matched mirrors
ztunnel's src/rbac.rs (release 1.31): a match without any field is passed over, so that a clause of
nothing else never holds, while a rule without clauses always does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from meshctl.resources import AuthorizationPolicy, AuthorizationRule, PeerAuthentication


class Scope(StrEnum):
    """Which workloads a policy guards."""

    GLOBAL = "GLOBAL"
    NAMESPACE = "NAMESPACE"
    WORKLOAD_SELECTOR = "WORKLOAD_SELECTOR"
    """Those whose entry names it."""


class Effect(StrEnum):
    """What becomes of one rule on the way to ztunnel."""

    AS_WRITTEN = "as written"
    LEFT_OUT = "left out"
    """A rule of ALLOW that looks into requests is not sent."""
    WIDENED = "widened"
    """A rule of DENY loses what looks into requests, and denies by what is left."""
    NEVER = "never"
    """A rule of DENY loses so much that a clause of it is empty, which ztunnel never matches."""


@dataclass(frozen=True, slots=True)
class Match:
    """Fields that must all hold; in each one of the values must, and of ``not…`` none may.

    Texts may begin or end with ``*``; ``*`` alone is any identity. Addresses are with their length.
    """

    namespaces: tuple[str, ...] = ()
    not_namespaces: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()
    not_service_accounts: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    not_principals: tuple[str, ...] = ()
    source_ips: tuple[str, ...] = ()
    not_source_ips: tuple[str, ...] = ()
    destination_ips: tuple[str, ...] = ()
    not_destination_ips: tuple[str, ...] = ()
    destination_ports: tuple[int, ...] = ()
    not_destination_ports: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Has it no field at all, so that ztunnel passes it over?"""
        return not any(getattr(self, field.name) for field in fields(self))


Clause = tuple[Match, ...]
"""Matches of which one must hold: the alternatives of ``from``, of ``to``, or one of ``when``."""


@dataclass(frozen=True, slots=True)
class Group:
    """What one rule becomes: clauses that must all hold. ``rule`` is where it is written."""

    clauses: tuple[Clause, ...]
    rule: AuthorizationRule | None = field(default=None, compare=False)
    effect: Effect = Effect.AS_WRITTEN

    @property
    def can_match(self) -> bool:
        """Is there a connection that it matches? An empty clause has none, no clause has all."""
        return all(any(not match.is_empty for match in clause) for clause in self.clauses)

    @property
    def matches_all(self) -> bool:
        """Does it match every connection?"""
        return not self.clauses


@dataclass(frozen=True, slots=True, eq=False)
class ZtunnelPolicy:
    """One policy that ztunnel gets; any of its groups that matches is enough."""

    namespace: str
    name: str
    scope: Scope
    action: str
    """ALLOW or DENY."""
    groups: tuple[Group, ...]
    source: AuthorizationPolicy | PeerAuthentication | None = None
    """What it is made of; ``None`` for the policy that stands for STRICT."""
    selector: Mapping[str, str] = field(default_factory=dict)

    @property
    def key_name(self) -> str:
        """``namespace/name``, by which workloads name it."""
        return f"{self.namespace}/{self.name}"

    @property
    def can_match(self) -> bool:
        """Is there a connection that it matches?"""
        return any(group.can_match for group in self.groups)


@dataclass(frozen=True, slots=True, eq=False)
class Acceptance:
    """The condition ``ZtunnelAccepted`` that istiod writes: whether it sends the policy, and why.

    ``http`` are the fields that ztunnel can't see.
    """

    reason: str
    message: str
    http: tuple[str, ...] = ()
    accepted: bool = True
