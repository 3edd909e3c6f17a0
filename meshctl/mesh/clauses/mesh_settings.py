"""Settings of the mesh config that lead to nothing, or that nothing reads.

They are written in the text of the ``istio`` ConfigMap or in an IstioOperator. Sources, of Istio 1.31: access logs,
pilot/pkg/networking/core/accesslog.go and pilot/pkg/model/telemetry_logging.go; cluster-local hosts,
pilot/pkg/model/cluster_local.go; Ingresses, pilot/pkg/bootstrap/configcontroller.go; localities,
pilot/pkg/networking/core/loadbalancer; TLS, pilot/pkg/security/authn/utils.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.istio.envoy_commands import wrong_commands
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.extension_providers import (
    ExtensionProviders,
    default_providers,
    log_formats,
    tracer_addresses,
)
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.core.mesh_config import MeshConfig, written_settings
from meshctl.resources import IstioOperator, Ref, Resource, Telemetry, View
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views
from meshctl.words import MOST_LISTED, quoted, shortened, whole_number

_LOGS = "accessLogging"
_FILE, _FORMATS = "accessLogFile", ("accessLogFormat", "accessLogEncoding")
_BUILT_IN = "envoy"
"""The provider of access logs that has the format of the mesh config, unless it says its own."""
_OF_INGRESSES = ("ingressClass", "ingressSelector", "ingressService")
_OF_LOCALITIES = ("distribute", "failover", "failoverPriority")
_PROFILES = frozenset({"", "default", "minimal", "empty", "ambient"})
"""Profiles of an IstioOperator that set no log file."""
_CLUSTERS_OWN = frozenset({"kube-system"})
"""Namespaces whose Services seldom are among the files."""


class VainSetting(NamedTuple):
    """A setting without effect: its place and why, or what the input lacks to say so."""

    place: Ref
    message: str
    unknown: str = ""


class MeshSettings:
    """Answers for the objects that hold a mesh config."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def unusable_defaults(self, resource: Resource) -> Iterator[VainSetting]:
        """Walk the default providers that get nothing."""
        for settings in written_settings(resource):
            providers = _providers(settings)
            for view, signal, name in default_providers(settings):
                why = self._why_unusable(providers, signal, name)
                if why:
                    text = f"the default provider of {signal}, {quoted(name)}, gets nothing: {why}"
                    yield VainSetting(view, text)

    def _why_unusable(self, providers: ExtensionProviders, signal: str, name: str) -> str:
        defined = providers.reported_to(name)
        if not defined:
            return "extensionProviders has no such entry"
        if not providers.takes(defined, signal):
            return f"it is {', '.join(sorted(providers.types(defined)))}, which takes other signals"
        settings = providers.settings(defined)
        if not settings.get("service"):
            return ""
        found = self._parts.registry.provider_services.missing(settings)
        return found.message if found is not None and found.is_sure else ""

    def lost_tracers(self, resource: Resource) -> Iterator[VainSetting]:
        """Walk the addresses of tracers in namespaces of the input that no Service has.

        Not in that of Istio, whose addons are seldom among the files.
        """
        registry = self._parts.registry
        for settings in written_settings(resource):
            for place, address in tracer_addresses(settings):
                name, _, port = address.rpartition(":")
                home = registry.home(registry.spelled_out(name, "")) or ""
                is_known = self._parts.workloads.namespace(home) is not None
                if is_known and home != self._parts.config.root_namespace:
                    yield from self._lost(place, address, home, port)

    def _lost(self, place: Ref, address: str, home: str, port: str) -> Iterator[VainSetting]:
        known = self._parts.knows.all_of("Service", home)
        declared = self._parts.registry.at(
            self._parts.registry.unshortened(address.rpartition(":")[0], "")
        )
        missing = self._parts.registry.together(declared).missing_port(whole_number(port))
        if missing is not None:
            why = f"it has no port {port}, only {shortened(missing.known, MOST_LISTED)}"
        elif declared:
            return
        else:
            why = f"namespace {home} has no such Service"
        unknown = "" if declared or known else known.reason
        yield VainSetting(place, f"no trace gets to {quoted(address)}: {why}", unknown)

    def wrong_log_formats(self, resource: Resource) -> Iterator[VainSetting]:
        """Walk the formats of access logs that Envoy refuses."""
        for settings in written_settings(resource):
            for place, text in log_formats(settings):
                for wrong in wrong_commands(text):
                    message = (
                        f"{wrong}, so that proxies refuse every listener that logs with this format"
                    )
                    yield VainSetting(place, message)

    def unknown_hosts(self, resource: Resource) -> Iterator[VainSetting]:
        """Walk the hosts of ``serviceSettings`` that surely no Service has."""
        for settings in written_settings(resource):
            for entry in views(settings, "serviceSettings", View):
                for number, host in enumerate(entry.texts("hosts")):
                    why = self._why_unknown(host)
                    if why:
                        yield VainSetting(entry.at("hosts", number), f"{quoted(host)} {why}")

    def _why_unknown(self, host: str) -> str:
        registry = self._parts.registry
        full = registry.unshortened(host, "")
        if full != host:
            return f"is compared with full names of Services, and is none: that is {full}"
        home = registry.home(host)
        if home in _CLUSTERS_OWN or any(registry.covered_by(host)) or registry.at(host):
            return ""
        known = self._parts.knows.all_of("Service", home) if home else self._parts.is_whole
        return ("covers no Service" if is_wildcard(host) else "is no Service") if known else ""

    def unread(self, resource: Resource) -> Iterator[VainSetting]:
        """Walk the settings that nothing reads because of others beside them."""
        for settings in written_settings(resource):
            yield from self._unread_logs(settings)
            if settings.text("ingressControllerMode") == "OFF":
                why = "ingressControllerMode is OFF, so that no Ingress is read"
                yield from _each(settings, _OF_INGRESSES, why)
            localities = settings.child("localityLbSetting")
            if localities.flag("enabled") is False:
                yield from _each(localities, _OF_LOCALITIES, "enabled is false")
            for key in ("meshMTLS", "tlsDefaults"):
                tls = settings.child(key)
                if tls.text("minProtocolVersion") == "TLSV1_3":
                    why = "these are for TLS 1.2 and older, and minProtocolVersion is TLSV1_3"
                    yield from _each(tls, ("cipherSuites",), why)

    def _unread_logs(self, settings: View) -> Iterator[VainSetting]:
        providers, operator = _providers(settings), settings.resource
        is_laid_over = isinstance(operator, IstioOperator)
        if is_laid_over and operator.spec.text("profile") not in _PROFILES:
            return
        defaults = [name for name in providers.defaults(_LOGS) if _serves(providers, name)]
        unknown = "" if (known := self._parts.knows.everywhere("Telemetry")) else known.reason
        has_file = bool(settings.text(_FILE))
        served = all(_serves(providers, name) for name in self._logged_to)
        receiver = f"the default provider of {_LOGS}, {quoted(defaults[0])}," if defaults else ""
        receiver = receiver or self._root_receiver
        if has_file and receiver and served:
            yield from _each(
                settings, (_FILE,), f"{receiver} gets the logs of all proxies", unknown
            )
            has_file = False
        is_replaced = bool(self._root_receiver) and "" not in self._logged_to
        names = {name.casefold() for name in (*self._logged_to, *(() if is_replaced else defaults))}
        has_format = not providers.settings(_BUILT_IN).get("logFormat")
        if not has_file and not (_BUILT_IN in names and has_format):
            why = f"no proxy writes logs by {_FILE}, nor to the provider 'envoy' without a format"
            yield from _each(settings, _FORMATS, why, unknown)

    @cached_property
    def _root_receiver(self) -> str:
        """Name the provider that a Telemetry for the whole mesh gives the logs to; empty without one."""
        root = self._parts.workloads.telemetries.for_namespace(self._parts.config.root_namespace)[
            :1
        ]
        named = (
            f"provider {quoted(one.text('name'))}, by {telemetry.title},"
            for telemetry in root
            for entry in telemetry.access_logging
            for one in views(entry, "providers", View)
        )
        return next(named, "")

    @cached_property
    def _logged_to(self) -> frozenset[str]:
        """The providers that any Telemetry logs to; an empty name where one is for one side of requests alone.

        The other side then has no provider, and falls back to the file.
        """
        entries = [
            one for telemetry in self._parts.of(Telemetry) for one in telemetry.access_logging
        ]
        sides = {entry.child("match").text("mode") for entry in entries} & {"CLIENT", "SERVER"}
        named = (one.text("name") for entry in entries for one in views(entry, "providers", View))
        return frozenset((*named, *([""] if sides else ())))


def _serves(providers: ExtensionProviders, name: str) -> bool:
    """Does a provider of this name take access logs?"""
    defined = providers.reported_to(name)
    return bool(defined) and providers.takes(defined, _LOGS)


def _providers(settings: View) -> ExtensionProviders:
    return ExtensionProviders(MeshConfig.parse(settings.data))


def _each(view: View, keys: tuple[str, ...], why: str, unknown: str = "") -> Iterator[VainSetting]:
    for key in keys:
        if view.data.get(key):
            yield VainSetting(view.at(key), f"{key} is not read: {why}", unknown)
