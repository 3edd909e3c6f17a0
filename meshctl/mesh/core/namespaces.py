"""The namespaces that the input speaks of."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Namespace, Resource

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
            known = any(fnmatchcase(name, pattern) for name in self.known)
            self._patterns[pattern] = known
        return True if known else self.exists(pattern)
