"""The providers of logs, traces and metrics in the mesh config.

Mirrors extensionProviders and defaultProviders of MeshConfig; those without a definition come from
DefaultMeshConfig (pkg/config/mesh/mesh.go, Istio 1.31).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.mesh.core.mesh_config import MeshConfig

_BUILT_IN = ("envoy", "prometheus", "stackdriver")


class Authorizer(NamedTuple):
    """An external authorizer: ``http`` or ``grpc``, and the Service that it is asked at."""

    protocol: str
    service: str


_AUTHORIZERS = {"envoyExtAuthzHttp": "http", "envoyExtAuthzGrpc": "grpc"}


class ExtensionProviders:
    """The providers by name."""

    def __init__(self, config: MeshConfig) -> None:
        self._authorizers: dict[str, Authorizer] = {}
        self._types: dict[str, frozenset[str]] = {name: frozenset() for name in _BUILT_IN}
        for provider in _mappings(config.raw.get("extensionProviders")):
            name = provider.get("name")
            if isinstance(name, str):
                self._types[name] = frozenset(key for key in provider if key != "name")
                for key in provider.keys() & _AUTHORIZERS.keys():
                    settings = provider[key] if isinstance(provider[key], dict) else {}
                    service = str(settings.get("service", ""))
                    self._authorizers[name] = Authorizer(_AUTHORIZERS[key], service)
        defaults = config.raw.get("defaultProviders")
        self._defaults: Mapping[str, Any] = defaults if isinstance(defaults, dict) else {}

    @property
    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._types)

    def defines(self, name: str) -> bool:
        """Is there a provider of this name?"""
        return name in self._types

    def types(self, name: str) -> frozenset[str]:
        """What a provider is: the keys of its definition, such as ``opentelemetry``."""
        return self._types.get(name, frozenset())

    def authorizer(self, name: str) -> Authorizer | None:
        """The external authorizer of a name, if that is what the provider is."""
        return self._authorizers.get(name)

    def has_default(self, signal: str) -> bool:
        """Does the mesh name a default for ``accessLogging``, ``tracing`` or ``metrics``?"""
        return bool(self._defaults.get(signal))


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
