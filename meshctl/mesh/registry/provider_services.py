"""Finds the Services behind extension providers.

Mirrors LookupCluster (pilot/pkg/model/telemetry_logging.go, Istio 1.31): a full host, or
``namespace/host``; short names are none. istiod doesn't look for the port, so that a wrong one
leads to an upstream that no proxy has.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.mesh.core.known_objects import KnownObjects
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.words import quoted


class MissingService(NamedTuple):
    """What is missing behind a provider."""

    message: str
    is_sure: bool
    """Does the input show so much of the mesh that it is absent?"""
    is_refused: bool = True
    """Does istiod itself give up, instead of the proxies?"""


class ProviderServices:
    """Answers for settings with ``service`` and ``port``."""

    def __init__(self, registry: Registry, knows: KnownObjects) -> None:
        self._registry = registry
        self._knows = knows

    def missing(self, settings: Mapping[str, Any]) -> MissingService | None:
        """Name what no proxy can find; ``None`` when the Service has the port."""
        service, port = str(settings.get("service") or ""), settings.get("port")
        declared = self._declared(service)
        homes = sorted({known.namespace for known in declared})
        if not homes:
            return self._undeclared(
                service, service.partition("/")[2] if "/" in service else service
            )
        if len(homes) > 1:
            message = f"its service {quoted(service)} is declared in {' and '.join(homes)}"
            return MissingService(f"{message}; write NAMESPACE/{service}", is_sure=True)
        return _without_port(declared, service, port)

    def host(self, settings: Mapping[str, Any]) -> RegisteredHost | None:
        """The only host that the Service of a provider is; ``None`` for none and for several."""
        found = self._declared(str(settings.get("service") or ""))
        return found[0] if len(found) == 1 else None

    def port(self, settings: Mapping[str, Any]) -> tuple[RegisteredHost, HostPort] | None:
        """The port that a provider names, with that host; ``None`` if it has no such port."""
        host, number = self.host(settings), settings.get("port")
        port = host.port(number) if host is not None and isinstance(number, int) else None
        return (host, port) if host is not None and port is not None else None

    def _declared(self, service: str) -> list[RegisteredHost]:
        namespace, slash, host = service.partition("/")
        declared = self._registry.at(host if slash else service)
        return [known for known in declared if not slash or known.namespace == namespace]

    def _undeclared(self, service: str, host: str) -> MissingService:
        registry = self._registry
        full = registry.unshortened(host, "")
        hint = f"; the name must be full: {full}" if full != host else ""
        known = self._knows.all_of("Service", registry.home(full) or None)
        return MissingService(
            f"nothing declares its service {quoted(service)}{hint}", is_sure=bool(known)
        )


def _without_port(declared: list[RegisteredHost], service: str, port: Any) -> MissingService | None:
    if not isinstance(port, int) or any(known.port(port) for known in declared):
        return None
    ports = ", ".join(str(known.number) for known in declared[0].ports)
    message = f"its service {service} has no port {port}; it has {ports or 'none'}"
    return MissingService(message, is_sure=True, is_refused=False)
