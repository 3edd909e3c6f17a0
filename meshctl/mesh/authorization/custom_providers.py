"""Can a policy of action CUSTOM ask the provider it names, for HTTP and for bare connections?

Mirrors processExtensionProvider (pilot/pkg/security/authz/builder/extauthz.go, Istio 1.31). What
the provider answers is never known.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.registry.services import Registry

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_MOST_PORT = 65535


class Provider(Enum):
    """What a provider can be asked about."""

    HTTP = "requests alone"
    GRPC = "requests and connections"
    BROKEN = "nothing"


def custom_providers(config: MeshConfig, registry: Registry) -> dict[str, Provider]:
    """Read the external authorizers of the mesh by name."""
    found: dict[str, Provider] = {}
    for name, kind, settings in _written(config):
        works = name not in found and _NAME.fullmatch(name) and _has_service(settings, registry)
        found[name] = kind if works else Provider.BROKEN
    return found


def _written(config: MeshConfig) -> Iterator[tuple[str, Provider, Mapping[str, Any]]]:
    several = config.raw.get("extensionProviders")
    for one in several if isinstance(several, list) else ():
        for key, kind in (
            ("envoyExtAuthzHttp", Provider.HTTP),
            ("envoyExtAuthzGrpc", Provider.GRPC),
        ):
            if isinstance(one, dict) and isinstance(one.get(key), dict):
                yield str(one.get("name") or ""), kind, one[key]


def _has_service(settings: Mapping[str, Any], registry: Registry) -> bool:
    """Does the mesh know the Service that it is behind (``namespace/host`` or a host)?"""
    port = settings.get("port")
    if not isinstance(port, int) or not 1 <= port <= _MOST_PORT:
        return False
    namespace, slash, host = str(settings.get("service") or "").partition("/")
    known = registry.at(host if slash else namespace)
    return any(not slash or one.namespace == namespace for one in known)
