"""The extension providers that a CUSTOM policy can ask, for HTTP and for bare connections.

Mirrors processExtensionProvider (pilot/pkg/security/authz/builder/extauthz.go, Istio 1.31). What
the provider answers is never known.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from meshctl.mesh.core.extension_providers import ExtensionProviders
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.registry.services import Registry
from meshctl.words import quoted

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_MOST_PORT = 65535
_HEADERS = (
    "includeRequestHeadersInCheck", "includeHeadersInCheck", "headersToDownstreamOnDeny",
    "headersToDownstreamOnAllow", "headersToUpstreamOnAllow",
)  # fmt: skip


class Provider(Enum):
    """What a provider can be asked about."""

    HTTP = "requests alone"
    GRPC = "requests and connections"
    BROKEN = "nothing"


_KINDS = {"envoyExtAuthzHttp": Provider.HTTP, "envoyExtAuthzGrpc": Provider.GRPC}


def custom_providers(config: MeshConfig, registry: Registry) -> dict[str, Provider]:
    """Read the external authorizers of the mesh by name."""
    found: dict[str, Provider] = {}
    for name, kind, settings in _written(config):
        works = name not in found and _NAME.fullmatch(name) and _has_service(settings, registry)
        found[name] = kind if works else Provider.BROKEN
    return found


def why_broken(name: str, providers: ExtensionProviders) -> str | None:
    """Say why istiod can't use a provider for CUSTOM, its Service aside; ``None`` when it can.

    istiod then denies all that the rules of a policy match (getBadCustomDenyRules).
    """
    if not name:
        return "no provider is named"
    if not providers.defines(name):
        return f"the mesh config defines no provider {quoted(name)}"
    kinds = providers.types(name).intersection(_KINDS)
    if not kinds:
        kind = ", ".join(sorted(providers.types(name))) or "no authorizer"
        return f"the provider {quoted(name)} is {kind}; CUSTOM needs {' or '.join(_KINDS)}"
    if not _NAME.fullmatch(name):
        return f"Istio 1.31 takes providers by names of a-z, 0-9 and - alone, not {quoted(name)}"
    settings = providers.settings(name)
    port = settings.get("port")
    if not isinstance(port, int) or not 1 <= port <= _MOST_PORT:
        return f"the provider {quoted(name)} has no port from 1 to {_MOST_PORT}"
    starred = next((key for key in _HEADERS if "*" in (settings.get(key) or ())), None)
    return (
        f"{starred} of the provider {quoted(name)} has '*' alone, which is refused"
        if starred
        else None
    )


def _written(config: MeshConfig) -> Iterator[tuple[str, Provider, Mapping[str, Any]]]:
    several = config.raw.get("extensionProviders")
    for one in several if isinstance(several, list) else ():
        for key, kind in _KINDS.items():
            if isinstance(one, dict) and isinstance(one.get(key), dict):
                yield str(one.get("name") or ""), kind, one[key]


def _has_service(settings: Mapping[str, Any], registry: Registry) -> bool:
    """Does the mesh know the Service that it is behind (``namespace/host`` or a host)?"""
    port = settings.get("port")
    if not isinstance(port, int) or not 1 <= port <= _MOST_PORT:
        return False
    namespace, slash, host = str(settings.get("service") or "").partition("/")
    known = registry.at(host if slash else namespace)
    return any(not slash or registered_host.namespace == namespace for registered_host in known)
