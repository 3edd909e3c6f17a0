"""Checks MeshConfig.

Mirrors ValidateMeshConfig, pkg/config/validation/agent/validation.go, Istio 1.31. Only what is
written is checked: all fields have defaults.
"""

from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.mesh_config.providers import check_providers
from meshctl.validation.mesh_config.proxy import check_proxy
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.destination.connection_pools import check_connection_pool
from meshctl.validation.webhook.destination.localities import check_localities, check_zones
from meshctl.validation.webhook.destination.outlier_detection import check_outlier_detection
from meshctl.validation.webhook.fields.durations import MILLISECOND, check_durations, check_readable
from meshctl.validation.webhook.fields.hosts import is_label, why_not_host
from meshctl.validation.webhook.fields.ports import check_number
from meshctl.words import quoted

HOUR = 3600 * 10**9

CURVES = frozenset({
    "P-224", "P-256", "P-384", "P-521", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768",
})  # fmt: skip


def check_mesh(mesh: View) -> Iterator[Fault]:
    """Check the settings of a mesh."""
    if mesh.has("proxyListenPort"):
        yield from check_number(mesh, "proxyListenPort")
    yield from _check_timeouts(mesh)
    yield from check_proxy(mesh.child("defaultConfig"))
    yield from check_localities(mesh.child("localityLbSetting"), ejects=True)
    yield from check_zones(mesh.child("zoneAwareLbSetting"), ejects=True)
    for settings in views(mesh, "serviceSettings", View):
        for at, host in enumerate(settings.texts("hosts")):
            if why := why_not_host(host):
                yield refuse(settings.at("hosts", at), why)
    yield from _check_trust_domains(mesh)
    yield from _check_curves(mesh)
    yield from _check_traffic_policy(mesh.child("defaultTrafficPolicy"))
    yield from check_providers(mesh)


def why_not_trust_domain(domain: str) -> str | None:
    """Say why a text is not a trust domain; one dot may end it."""
    if not domain:
        return "a trust domain cannot be empty"
    labels = domain.removesuffix(".").split(".")
    wrong = next((label for label in labels if not is_label(label)), None)
    return (
        None
        if wrong is None
        else f"{quoted(domain)} is not a trust domain: the label {quoted(wrong)}"
    )


def _check_timeouts(mesh: View) -> Iterator[Fault]:
    yield from check_durations(mesh, "connectTimeout")
    connect = nanoseconds(mesh.text("connectTimeout")) or 0
    if connect > HOUR:
        yield refuse(mesh.at("connectTimeout"), "a connect timeout is an hour at most")
    yield from check_readable(mesh, "protocolDetectionTimeout")
    detection = nanoseconds(mesh.text("protocolDetectionTimeout")) or 0
    if detection % MILLISECOND:
        yield refuse(mesh.at("protocolDetectionTimeout"), "durations are whole milliseconds")


def _check_trust_domains(mesh: View) -> Iterator[Fault]:
    if mesh.has("trustDomain") and (why := why_not_trust_domain(mesh.text("trustDomain"))):
        yield refuse(mesh.at("trustDomain"), why)
    for at, alias in enumerate(mesh.texts("trustDomainAliases")):
        if why := why_not_trust_domain(alias):
            yield refuse(mesh.at("trustDomainAliases", at), why)


def _check_curves(mesh: View) -> Iterator[Fault]:
    if mesh.child("meshMTLS").data.get("ecdhCurves"):
        yield refuse(
            mesh.at("meshMTLS", "ecdhCurves"), "inside the mesh, the curves are Istio's own"
        )
    defaults = mesh.child("tlsDefaults")
    seen = set()
    for at, curve in enumerate(defaults.texts("ecdhCurves")):
        place = defaults.at("ecdhCurves", at)
        if curve and curve not in CURVES:
            yield warn(
                place, f"{curve} is not a curve that Istio knows: {', '.join(sorted(CURVES))}"
            )
        elif curve in seen:
            yield warn(place, f"{curve} stands twice")
        seen.add(curve)


def _check_traffic_policy(policy: View) -> Iterator[Fault]:
    """Check the policy that holds where a DestinationRule says nothing, without warnings."""
    for fault in check_connection_pool(policy):
        if "http2KeepAlive" not in fault.path:
            yield fault
    outlier = policy.child("outlierDetection")
    yield from (fault for fault in check_outlier_detection(outlier) if not fault.is_warning)
