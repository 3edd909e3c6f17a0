"""The providers of logs, traces and metrics in the mesh config.

Mirrors extensionProviders and defaultProviders of MeshConfig; those without a definition come from
DefaultMeshConfig (pkg/config/mesh/mesh.go, Istio 1.31).
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.plain_objects import mappings
from meshctl.resources import Ref, View
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

if TYPE_CHECKING:
    from meshctl.spelling import Spellings

_LONGEST_PATTERN = 1000
"""Characters of a pattern for headers, none of which is as long."""
_BUILT_IN: Mapping[str, str] = {
    "envoy": "envoyFileAccessLog",
    "prometheus": "prometheus",
    "stackdriver": "stackdriver",
}
_SIGNALS: Mapping[str, frozenset[str]] = {
    "tracing": frozenset({"zipkin", "datadog", "skywalking", "opentelemetry"}),
    "accessLogging": frozenset(
        {"envoyFileAccessLog", "envoyHttpAls", "envoyTcpAls", "envoyOtelAls"}
    ),
    "metrics": frozenset({"prometheus"}),
}
"""What takes each signal (telemetryAccessLog and buildHTTPTelemetryFilter of pilot/pkg/model,
configureFromProviderConfig of pilot/pkg/networking/core/tracing.go)."""


class ExtensionProviders:
    """The providers by name."""

    def __init__(self, config: MeshConfig) -> None:
        self._definitions: dict[str, Mapping[str, Any]] = {
            name: {kind: {}} for name, kind in _BUILT_IN.items()
        }
        for provider in mappings(config.raw.get("extensionProviders")):
            name = provider.get("name")
            if isinstance(name, str):
                self._definitions[name] = provider
        self._is_overlay = config.is_overlay
        defaults = config.raw.get("defaultProviders")
        self._defaults: Mapping[str, Any] = defaults if isinstance(defaults, dict) else {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self._definitions))

    def meant_by(self, name: str) -> str:
        """Find the only provider that a name is another spelling of; empty where there is none, or several."""
        return self._spellings.meant_by(name)

    @cached_property
    def _spellings(self) -> "Spellings":
        from meshctl.spelling import Spellings  # noqa: PLC0415 - few names are misspelt

        return Spellings(self.names)

    def defines(self, name: str) -> bool:
        """Is there a provider of this name?"""
        return name in self._definitions

    def reported_to(self, name: str) -> str:
        """Find the provider that a Telemetry means, whatever its capitals; empty if there is none.

        Mirrors fetchProvider (pilot/pkg/model/telemetry.go, Istio 1.31). Policies compare letter by letter.
        """
        return self._by_folded.get(name.casefold(), "")

    @cached_property
    def _by_folded(self) -> dict[str, str]:
        return {name.casefold(): name for name in reversed(self._definitions)}

    def types(self, name: str) -> frozenset[str]:
        """What a provider is: the keys of its definition, such as ``opentelemetry``."""
        return frozenset(key for key in self._definitions.get(name, {}) if key != "name")

    def of_type(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Walk the providers of a type by name, with their settings."""
        for name in self.names:
            if kind in self.types(name):
                yield name, self.settings(name)

    def takes(self, name: str, signal: str) -> bool:
        """Is a provider of a type that can take ``tracing``, ``accessLogging`` or ``metrics``?"""
        types = self.types(name)
        return not types or not types.isdisjoint(_SIGNALS[signal])

    def settings(self, name: str) -> Mapping[str, Any]:
        """What the definition says below its type; empty for a provider without settings."""
        found = (value for key, value in self._definitions.get(name, {}).items() if key != "name")
        return next((value for value in found if isinstance(value, dict)), {})

    def sends(self, name: str, header: str) -> bool:
        """Is an authorizer by HTTP sent a header of the requests that it is asked about?

        A star stands for any beginning or end (generateHeaders, pilot/pkg/security/authz/builder/extauthz.go, Istio
        1.31); the deprecated field counts where the other is missing.
        """
        settings = self.settings(name)
        asked = settings.get("includeRequestHeadersInCheck") or settings.get(
            "includeHeadersInCheck"
        )
        return any(
            fnmatchcase(header, str(one).lower())
            for one in (asked if isinstance(asked, list) else ())
            if len(str(one)) <= _LONGEST_PATTERN
        )

    def has_default(self, signal: str) -> bool:
        """Does the mesh name a default for ``accessLogging``, ``tracing`` or ``metrics``?"""
        return bool(self.defaults(signal))

    def defaults(self, signal: str) -> list[str]:
        """List the providers that get a signal where no Telemetry names one."""
        if signal == "metrics" and self._is_overlay and signal not in self._defaults:
            return ["prometheus"]  # the chart's own
        found = self._defaults.get(signal)
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def default_providers(settings: View) -> Iterator[tuple[Ref, str, str]]:
    """Walk the defaults of a mesh config: the place, a signal, a name."""
    defaults = settings.child("defaultProviders")
    for signal in _SIGNALS:
        for number, name in enumerate(defaults.texts(signal)):
            yield defaults.at(signal, number), signal, name


def tracer_addresses(settings: View) -> Iterator[tuple[Ref, str]]:
    """Walk the addresses of tracers in ``defaultConfig``, with their places.

    Proxies resolve them by DNS when they start (pkg/bootstrap/config.go, Istio 1.31).
    """
    tracing = settings.child("defaultConfig", "tracing")
    for kind in ("zipkin", "lightstep", "datadog", "openCensusAgent"):
        address = tracing.child(kind).text("address")
        if address:
            yield tracing.child(kind).at("address"), address


def log_formats(settings: View) -> Iterator[tuple[Ref, str]]:
    """Walk the formats of access logs of a mesh config, with their places.

    They are those of the mesh and of providers that write files (pilot/pkg/model/telemetry_logging.go,
    Istio 1.31).
    """
    yield settings.at("accessLogFormat"), settings.text("accessLogFormat")
    for provider in views(settings, "extensionProviders", View):
        log = provider.child("envoyFileAccessLog", "logFormat")
        yield log.at("text"), log.text("text")
        labels = log.child("labels")
        for name in labels.names():
            yield labels.at(name), labels.text(name)
