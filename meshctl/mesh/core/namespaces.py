"""The namespaces that the input speaks of."""

from bisect import bisect_left
from collections.abc import Iterable
from fnmatch import fnmatchcase

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Namespace, Resource
from meshctl.resources.cached_property import cached_property
from meshctl.spelling import CloseNames, Spellings

_SIGNS = frozenset("*?[")
_BUILT_IN = ("default", "kube-system", "kube-public", "kube-node-lease")


class Namespaces:
    """The namespaces that the input speaks of."""

    def __init__(
        self, resources: Iterable[Resource], config: MeshConfig, *, is_whole: bool
    ) -> None:
        found = {
            resource.name if isinstance(resource, Namespace) else resource.namespace
            for resource in resources
        }
        self.known = frozenset({*found, *_BUILT_IN, config.root_namespace} - {""})
        self._is_whole = is_whole
        self._patterns: dict[str, bool] = {}

    def exists(self, name: str) -> bool | None:
        """Is there such a namespace? ``None`` when the input can't tell."""
        if name in self.known:
            return True
        return False if self._is_whole else None

    def matches_any(self, pattern: str) -> bool | None:
        """Is there a namespace for a source of an AuthorizationPolicy: ``*``, ``a*``, ``*a``?

        ``None`` when the input can't tell. Case counts, as it does for Envoy.
        """
        if "*" not in pattern:
            return self.exists(pattern)
        known = self._patterns.get(pattern)
        if known is None:
            known = self._patterns[pattern] = self._is_any_like(pattern)
        return True if known else self.exists(pattern)

    def close_to(self, name: str) -> str:
        """Find the only namespace with a close name; empty where there is none, or several."""
        return self._close_names.only(name)

    def meant_by(self, name: str) -> str:
        """Find the only namespace that a name is another spelling of; empty where there is none, or several."""
        return self._spellings.meant_by(name)

    def _is_any_like(self, pattern: str) -> bool:
        if _SIGNS.isdisjoint(pattern[:-1]) and pattern.endswith("*"):
            return _begins_any(pattern[:-1], self._sorted)
        if _SIGNS.isdisjoint(pattern[1:]) and pattern.startswith("*"):
            return _begins_any(pattern[:0:-1], self._backwards)
        return any(fnmatchcase(name, pattern) for name in self.known)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.known)

    @cached_property
    def _backwards(self) -> list[str]:
        return sorted(name[::-1] for name in self.known)

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(self._sorted)

    @cached_property
    def _close_names(self) -> CloseNames:
        return CloseNames(self._sorted)


def _begins_any(start: str, names: list[str]) -> bool:
    """Does one of some ordered names begin so?"""
    place = bisect_left(names, start)
    return place < len(names) and names[place].startswith(start)
