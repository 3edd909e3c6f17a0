"""Says which files are alternatives, so that what one of them says is not held against the other.

Where files of one directory declare the same object, the directory is not applied as a whole: it
holds steps of a demonstration, or what may be chosen. Directories that declare an object
differently exclude each other. An object of such files that contradicts another of its kind may
never stand beside it.
"""

from collections.abc import Sequence

from meshctl.engine.worlds.variants import identity
from meshctl.resources import Resource
from meshctl.resources.cached_property import cached_property
from meshctl.rules.api import Finding

_SHARED = frozenset({"Namespace", "ServiceAccount", "CustomResourceDefinition"})
"""Kinds that everybody declares who needs them, whatever stands beside them."""

_MOST = 50
"""Files with one object beyond which they are not compared with each other."""


class Alternatives:
    """The directories of the input that are not applied as a whole, or not together."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources

    def reason_against(self, finding: Finding) -> str:
        """Say why a finding holds objects against each other that may not meet; empty if none."""
        subject = finding.ref.resource
        for related in finding.related:
            other = related.ref.resource
            if (other.group, other.kind) == (subject.group, subject.kind) and other is not subject:
                reason = self._apart(subject, other)
                if reason:
                    return reason
        return ""

    def _apart(self, resource: Resource, other: Resource) -> str:
        if resource.is_applied_with(other) or identity(resource) == identity(other):
            return ""
        kind = resource.kind
        for home in (resource.directory, other.directory):
            if (home, kind) in self._steps:
                return (
                    f"the files of {home or '.'} are alternatives, since several declare the same "
                    f"{kind}, so other {kind}s may not stand beside them"
                )
        pair = frozenset({resource.directory, other.directory})
        if pair in self._pairs:
            first, second = sorted(pair)
            return (
                f"{first or '.'} and {second or '.'} declare the same objects, and count as "
                "alternatives"
            )
        return ""

    @cached_property
    def _contested(self) -> list[list[Resource]]:
        """The objects that several files declare, those of one identity together."""
        found: dict[object, list[Resource]] = {}
        for resource in self._resources:
            if resource.name and resource.kind not in _SHARED:
                found.setdefault(identity(resource), []).append(resource)
        return [several for several in found.values() if len(several) > 1]

    @cached_property
    def _steps(self) -> frozenset[tuple[str, str]]:
        """Directories in which several files declare one object differently, with its kind."""
        return frozenset(
            (first.directory, first.kind)
            for several in self._contested
            if len(several) <= _MOST
            for number, first in enumerate(several)
            for other in several[number + 1 :]
            if first.directory == other.directory and _contradict(first, other)
        )

    @cached_property
    def _pairs(self) -> frozenset[frozenset[str]]:
        """Pairs of directories that declare one object differently."""
        return frozenset(
            frozenset({first.directory, other.directory})
            for several in self._contested
            if len(several) <= _MOST
            for number, first in enumerate(several)
            for other in several[number + 1 :]
            if first.directory != other.directory and _contradict(first, other)
        )


def _contradict(resource: Resource, other: Resource) -> bool:
    return not resource.is_applied_with(other) and resource.data != other.data
