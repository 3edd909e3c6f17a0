"""What several declarations of one host say together, and who sees which of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.registry.services import HostPort, RegisteredHost

T = TypeVar("T")


class MissingPort(NamedTuple):
    """The ports that a host has in place of one that it lacks, in ascending order.

    ``behind`` are those that lead to the container port of that number, which was meant then.
    """

    known: tuple[int, ...]
    behind: tuple[int, ...]

    @property
    def only(self) -> int | None:
        """The port that was meant, where it can be just one."""
        meant = self.behind or self.known
        return meant[0] if len(meant) == 1 else None


class Declarations:
    """What the declarations of one host, as somebody sees them, say together; each is read once."""

    def __init__(self, declared: Sequence[RegisteredHost]) -> None:
        self._declared = declared

    @cached_property
    def aliases(self) -> frozenset[str]:
        """The hosts that they stand for."""
        return frozenset(one.alias for one in self._declared if one.alias)

    @cached_property
    def are_external(self) -> bool:
        """Are all of them outside the mesh?"""
        return all(one.is_external for one in self._declared)

    @cached_property
    def may_be_outside(self) -> bool:
        """Is one of them outside the mesh, or an alias?"""
        return bool(self.aliases) or any(one.is_external for one in self._declared)

    @cached_property
    def has_tls(self) -> bool:
        """Has one of them a port on which the server speaks TLS?"""
        return any(one.has_tls for one in self._declared)

    @cached_property
    def ports(self) -> tuple[HostPort, ...]:
        """The ports of all of them."""
        return tuple(chain.from_iterable(one.ports for one in self._declared))

    @cached_property
    def speak_tls_alone(self) -> bool:
        """Do servers speak TLS on all of these ports?"""
        return all(port.protocol.is_tls for port in self.ports)

    @cached_property
    def by_number(self) -> dict[int, list[HostPort]]:
        """The ports by the number that clients dial."""
        return _filed((port.number, port) for port in self.ports)

    def missing_port(self, number: int | None) -> MissingPort | None:
        """Say which ports there are instead of one; ``None`` where it is there, or may well be.

        A declaration without ports leaves them unknown, and an alias has those of the host that it stands for.
        """
        if number is None or self.aliases or not self._have_ports or number in self.by_number:
            return None
        behind = {port.number for port in self._by_target.get(number, ())}
        return MissingPort(self._numbers, tuple(sorted(behind)))

    @cached_property
    def _have_ports(self) -> bool:
        return bool(self._declared) and all(one.ports for one in self._declared)

    @cached_property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(sorted(self.by_number))

    @cached_property
    def _by_target(self) -> dict[int | str, list[HostPort]]:
        return _filed((port.target, port) for port in self.ports)


def _filed(pairs: Iterable[tuple[T, HostPort]]) -> dict[T, list[HostPort]]:
    found: dict[T, list[HostPort]] = {}
    for key, port in pairs:
        found.setdefault(key, []).append(port)
    return found


class ManyDeclarations:
    """The declarations of one host by the namespaces that see them."""

    def __init__(self, declared: Sequence[RegisteredHost]) -> None:
        self._declared = declared
        self._own: dict[str, RegisteredHost] = {}
        self._numbers: dict[str, list[int]] = {}
        for number, one in enumerate(declared):
            if is_visible_to(one.visible, one.namespace):
                self._own.setdefault(one.namespace, one)
            for name in one.visible:
                self._numbers.setdefault(name, []).append(number)

    def seen_by(self, viewers: frozenset[str]) -> list[int]:
        """Those that clients of one of some namespaces see, by their place."""
        few = viewers if len(viewers) < len(self._numbers) else self._numbers.keys() & viewers
        named = [self._numbers[name] for name in {"*", *few} if name in self._numbers]
        return sorted(frozenset(chain.from_iterable(named))) if viewers else []

    def seen_from(self, namespace: str) -> RegisteredHost | None:
        """What clients of a namespace find: its own declaration, else the first that they see."""
        own = self._own.get(namespace)
        seen = [self._numbers[name][0] for name in (namespace, "*") if name in self._numbers]
        return own or (self._declared[min(seen)] if seen else None)
