"""Tests that every upgrade is put to: settings that go, versions that don't fit, what is left behind."""

import re
from collections.abc import Iterator

from meshctl.istio.labels import REVISION
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import EnvoyFilter, Namespace, Ref, WebhookConfiguration, Workload
from meshctl.rules.api import NotChecked, Severity
from meshctl.upgrades.change import Hit, Outcome, Phase, Standing
from meshctl.upgrades.chart_values import ChartValues
from meshctl.upgrades.facts import chart_values, platform, profiles, variables
from meshctl.upgrades.patched_filters import keys, patches, takes_proxies, value_of
from meshctl.upgrades.questions import texts
from meshctl.upgrades.release import Release, read_release, steps
from meshctl.upgrades.upgrade import Upgrade, kubernetes_version
from meshctl.upgrades.written import paths_of

_SKEW = 2
_V1_GROUPS = ("networking.istio.io/v1", "security.istio.io/v1", "telemetry.istio.io/v1")
_V1_BEFORE_1_22 = frozenset({"AuthorizationPolicy", "RequestAuthentication"})
_LEFT_OVER = lazy_pattern(r"(?:tcp-)?(?:stats|metadata-exchange)-filter-1\.\d+|"
                        r"(?:tcp-)?metadata-exchange-1\.\d+")  # fmt: skip
_GUARDS = {
    "explicit_internal_address_config": 28, "streaming_shadow": 28, "oauth2_use_refresh_token": 28,
    "http2_propagate_reset_events": 29, "sanitize_te": 28, "logging_with_fast_json_formatter": 28,
}  # fmt: skip
"""Guards of Envoy's runtime, with the first release of Istio whose proxy doesn't know them."""
_GEOIP = frozenset({"isp_db_path", "anon_db_path"})


def _gone_variables(upgrade: Upgrade) -> Iterator[Outcome]:
    for name, settings in upgrade.installation.variables.items():
        known = variables().get(name)
        if known is None or known.gone is None or not _lies_ahead(upgrade, known.gone):
            continue
        for setting in settings:
            yield Hit(
                setting.ref,
                f"{setting.title} sets {name}={setting.text}, which {known.gone.name} doesn't read",
                f"{name}={setting.text} counts", "it is ignored", known.gone,
            )  # fmt: skip


def _lies_ahead(upgrade: Upgrade, release: Release) -> bool:
    return upgrade.start.minor < release.minor <= upgrade.target.minor


def _gone_values(upgrade: Upgrade) -> Iterator[Outcome]:
    for chart, rows in chart_values().items():
        for path, gone in rows.items():
            if not _lies_ahead(upgrade, gone):
                continue
            for values in upgrade.installation.values:
                yield from _gone_value(values, chart, path, gone)


def _gone_value(values: ChartValues, chart: str, path: str, gone: Release) -> Iterator[Hit]:
    prefix = {"istiod": "pilot", "cni": "cni", "ztunnel": "ztunnel"}.get(chart, "")
    is_shared = path.startswith(("global.", "telemetry.", "istio_cni.", "base."))
    if values.chart not in {chart, ""} or (chart == "base" and not values.chart):
        return
    if chart == "ingress" or (not values.chart and chart != "istiod" and is_shared):
        return
    named = path if is_shared or not prefix else f"{prefix}.{path}"
    setting = values.find(named)
    if setting is not None:
        what = "refuses" if values.is_checked else "ignores"
        who = "istioctl" if values.is_checked else "Helm"
        note = f"{setting.title} sets {named}, which {who} {what} from {gone.name} on"
        yield Hit(setting.ref, note, release=gone)


def _unoffered_profile(upgrade: Upgrade) -> Iterator[Outcome]:
    setting = upgrade.installation.compatibility
    if setting is None:
        return
    for _, release in steps(upgrade.start, upgrade.target):
        offers = profiles().get(release.branch)
        if offers is not None and setting.text not in offers:
            yield Hit(
                setting.ref, f"{setting.title} sets compatibilityVersion {setting.text}, and "
                f"{release.name} offers {', '.join(offers)}",
                release=Release(release.minor),
            )  # fmt: skip
            return


def _unserved_versions(upgrade: Upgrade) -> Iterator[Hit]:
    target = upgrade.target.minor
    for resource in upgrade.mesh.resources:
        is_new = resource.api_version in _V1_GROUPS and resource.kind not in _V1_BEFORE_1_22
        if target < 22 and is_new:  # noqa: PLR2004 - v1 came with 1.22
            note = f"{resource.title} is written in {resource.api_version}, which 1.22 serves first"
            yield Hit(resource.at("apiVersion"), note, release=upgrade.target)
        elif target < 30 and resource.kind == "TrafficExtension":  # noqa: PLR2004 - came with 1.30
            yield Hit(resource.at("kind"), f"{resource.title} is of a kind that 1.30 has first",
                      release=upgrade.target)  # fmt: skip


def _limited_patches(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter, patch in patches(upgrade):
        pattern = patch.proxy_version
        if pattern and not takes_proxies(pattern, upgrade.target):
            yield Hit(
                patch.child("match", "proxy").at("proxyVersion"),
                f"{envoy_filter.title} patches proxies of {pattern} alone",
                "the patch counts", f"proxies of {upgrade.target.branch} don't get it",
                upgrade.target,
            )  # fmt: skip


def _left_over_filters(upgrade: Upgrade) -> Iterator[Hit]:
    if upgrade.target.minor < 21:  # noqa: PLR2004 - charts made them until 1.20
        return
    for envoy_filter in upgrade.mesh.of(EnvoyFilter):
        if _LEFT_OVER.fullmatch(envoy_filter.name):
            yield Hit(
                envoy_filter.at("metadata", "name"),
                f"{envoy_filter.title} is one that old charts made", release=upgrade.target,
            )  # fmt: skip


def _gone_guards(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter, patch in patches(upgrade):
        view = value_of(patch)
        for ref, key in keys(view):
            guard = key.rpartition("envoy.reloadable_features.")[2]
            gone = _GUARDS.get(guard if guard != key or "." not in key else "", 0)
            if gone and _lies_ahead(upgrade, Release(gone)):
                yield Hit(
                    ref, f"{envoy_filter.title} sets the runtime guard {guard}",
                    "the guard counts", "the proxy ignores it", Release(gone),
                )  # fmt: skip
            if key in _GEOIP and _lies_ahead(upgrade, Release(26)):
                yield Hit(
                    ref, f"{envoy_filter.title} sets {key} of geoip, which has another name",
                    release=Release(26),
                )  # fmt: skip


def _old_proxies(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        for container in (*workload.containers, *workload.init_containers):
            image = container.text("image")
            if container.name != PROXY_CONTAINER or image == "auto":
                continue
            found = read_release(image.rpartition(":")[2])
            if found is None or found.minor >= upgrade.target.minor - _SKEW:
                continue
            limit = Release(max(found.minor + _SKEW + 1, upgrade.start.minor))
            yield Hit(
                container.at("image"), f"the proxy of {workload.title} is of {found.name}",
                f"istiod up to 1.{found.minor + _SKEW} supports it",
                f"istiod {limit.name} doesn't", limit,
            )  # fmt: skip
        pinned = workload.pod_annotations.get("sidecar.istio.io/proxyImage", "")
        release = read_release(pinned.rpartition(":")[2]) if ":" in pinned else None
        if release is not None and release.minor < upgrade.target.minor:
            path = paths_of(workload, "metadata", "annotations", "sidecar.istio.io/proxyImage")
            yield Hit(
                workload.at(*path), f"{workload.title} keeps its proxy at {release.name}",
                release=upgrade.target,
            )  # fmt: skip


def _kubernetes_range(upgrade: Upgrade) -> Iterator[Outcome]:
    versions = {
        name: (found, text)
        for name, text in _kubernetes_versions(upgrade)
        if (found := kubernetes_version(text)) is not None
    }
    if not versions:
        yield NotChecked("the version of Kubernetes isn't in the input; --cluster asks for it")
    for name, (found, text) in versions.items():
        for _, release in steps(upgrade.start, upgrade.target):
            known = platform(Release(release.minor))
            if known is None:
                continue
            oldest = kubernetes_version(known.oldest_kubernetes)
            newest = kubernetes_version(known.newest_kubernetes)
            if (oldest and found < oldest) or (newest and found > newest):
                ref = _kubernetes_place(upgrade, name)
                if ref is not None:
                    reach = f"{known.oldest_kubernetes} to {known.newest_kubernetes or 'newer'}"
                    yield Hit(
                        ref, f"{name or 'the API server'} runs Kubernetes {text}, and Istio "
                        f"{release.branch} supports {reach}",
                        release=Release(release.minor),
                    )  # fmt: skip
                break


def _kubernetes_versions(upgrade: Upgrade) -> Iterator[tuple[str, str]]:
    if upgrade.cluster.kubernetes:
        yield "", upgrade.cluster.kubernetes
    for node in upgrade.of_kind("Node"):
        yield f"node {node.name}", node.child("status", "nodeInfo").text("kubeletVersion")


def _kubernetes_place(upgrade: Upgrade, name: str) -> Ref | None:
    for node in upgrade.of_kind("Node"):
        if name == f"node {node.name}":
            return node.at("status", "nodeInfo", "kubeletVersion")
    resources = upgrade.mesh.resources
    anchor = upgrade.installation.anchor
    return anchor or (resources[0].at() if resources else None)


def _left_revisions(upgrade: Upgrade) -> Iterator[Hit]:
    for namespace in upgrade.mesh.of(Namespace):
        release = read_release(namespace.labels.get(REVISION, ""))
        if release is not None and release.minor < upgrade.target.minor:
            yield Hit(
                namespace.at("metadata", "labels", REVISION),
                f"{namespace.title} is injected by revision {namespace.labels[REVISION]}",
                release=upgrade.target,
            )  # fmt: skip
    for workload in upgrade.mesh.of(Workload):
        name = workload.pod_labels.get(REVISION, "")
        release = read_release(name)
        is_own = workload in upgrade.installation.istiods
        if release is not None and release.minor < upgrade.target.minor and not is_own:
            yield Hit(
                workload.at(*paths_of(workload, "metadata", "labels", REVISION)),
                f"{workload.title} is injected by revision {name}", release=upgrade.target,
            )  # fmt: skip


def _left_webhooks(upgrade: Upgrade) -> Iterator[Hit]:
    revisions = upgrade.installation.revisions
    for webhook in upgrade.mesh.of(WebhookConfiguration):
        name = webhook.labels.get(REVISION, "")
        release = read_release(name)
        is_old = release is not None and release.minor < upgrade.target.minor
        is_lost = bool(name) and upgrade.is_live and bool(revisions) and name not in revisions
        if is_old or is_lost:
            said = "no istiod is of it" if is_lost else "it is older than the target"
            yield Hit(
                webhook.at("metadata", "labels", REVISION),
                f"{webhook.title} is of revision {name}, and {said}", release=upgrade.target,
            )  # fmt: skip


def _pinned_images(upgrade: Upgrade) -> Iterator[Hit]:
    for path in ("global.proxy.image", "global.proxy_init.image", "pilot.image"):
        for _, setting in upgrade.installation.value(path):
            release = read_release(setting.text.rpartition(":")[2]) if ":" in setting.text else None
            if release is not None and release.minor < upgrade.target.minor:
                yield Hit(setting.ref, f"{setting.title} sets {path} to {setting.text}",
                          release=upgrade.target)  # fmt: skip


def _old_filters(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter, patch in patches(upgrade):
        for path, text in texts(value_of(patch).data, value_of(patch).path):
            if path[-1] == "@type" and re.search(
                r"\.v2(?:alpha1?|beta)?\.|\.config\.filter\.", text
            ):
                yield Hit(
                    Ref(envoy_filter, path), f"{envoy_filter.title} brings {text}",
                    "", "the proxy refuses it", upgrade.target,
                )  # fmt: skip


STANDING = (
    Standing(
        "variable-removed", "env",
        "A variable is set that a release on the way doesn't read",
        "What the variable puts off or turns on is as if it weren't set.",
        "Settle what the variable is for, then remove it.", _gone_variables,
        source="every env.Register call of 1.19 to 1.31",
    ),
    Standing(
        "value-removed", "installation",
        "A value is set that the charts of a release on the way don't know",
        "Helm ignores it, `istioctl install` refuses it.",
        "Remove the value, or use what took its place.", _gone_values,
        source="values.yaml of all charts, 1.19 to 1.31",
    ),
    Standing(
        "compatibility-version-unknown", "installation",
        "compatibilityVersion is one that a release on the way doesn't offer",
        "The charts fail: unknown compatibility version.",
        "Settle what it puts off, then remove it, or set the oldest one that the release offers.",
        _unoffered_profile, Severity.ERROR, source="manifests/helm-profiles",
    ),
    Standing(
        "version-not-served", "api",
        "An object is written in a version that the target doesn't serve",
        "The API server refuses it.",
        "Write it in an older version until the mesh is of a release that serves this one.",
        _unserved_versions, Severity.ERROR, source="manifests/charts/base/files/crd-all.gen.yaml",
    ),
    Standing(
        "patch-for-older-proxies", "proxy",
        "An EnvoyFilter patches proxies of other releases alone",
        "Proxies of the target don't match proxyVersion, and go without the patch.",
        "Check the patch against the target, then let proxyVersion take it.",
        _limited_patches, source="pilot/pkg/model/envoyfilter.go",
    ),
    Standing(
        "telemetry-filter-left-over", "telemetry",
        "An EnvoyFilter of old charts is still there",
        "Istio doesn't make these filters since 1.21: what is left counts a second time.",
        "Delete the EnvoyFilter.", _left_over_filters, source="manifests/charts, 1.21",
    ),
    Standing(
        "patch-without-effect", "proxy",
        "An EnvoyFilter sets what a proxy on the way doesn't know",
        "Envoy ignores runtime guards that it has no more, and refuses fields of other names.",
        "Remove it, and check the behaviour that it kept.", _gone_guards,
        source="Envoy 1.34 to 1.37",
    ),
    Standing(
        "patch-refused", "proxy",
        "An EnvoyFilter brings a type of Envoy's API v2",
        "No proxy of these releases has the type: it refuses the configuration.",
        "Write the type of the API v3.", _old_filters, Severity.ERROR, source="Envoy 1.18",
    ),
    Standing(
        "proxy-too-old", "proxy",
        "A proxy is more than two releases behind its control plane",
        "Istio supports proxies that are two minor releases older than istiod, and no more.",
        "Restart the pods after each step, so that their proxies are of its release; remove what "
        "keeps a proxy at its version.",
        _old_proxies, Severity.ERROR, Phase.DURING, source="istio.io, supported releases",
    ),
    Standing(
        "kubernetes-unsupported", "kubernetes",
        "Kubernetes is of a version that a release on the way doesn't support",
        "Istio is tested with the versions of Kubernetes that it names, and no others.",
        "Upgrade Kubernetes between the steps, so that each release runs on one it supports.",
        _kubernetes_range, Severity.WARNING, source="istio.io, supported releases",
    ),
    Standing(
        "revision-left-behind", "injection",
        "A namespace or a pod names the revision of an older release",
        "It stays with the old control plane, until that is removed and nothing injects it.",
        "Label it with the new revision, or with a tag that moves, and restart its pods.",
        _left_revisions, Severity.WARNING, Phase.AFTER, source="istio.io, canary upgrades",
    ),
    Standing(
        "webhook-left-behind", "injection",
        "A webhook is of a revision that goes",
        "It sends pods to an istiod that isn't there, and where it fails closed, none is created.",
        "Remove the old revision with its webhooks once nothing uses it.",
        _left_webhooks, Severity.WARNING, Phase.AFTER, source="istio.io, canary upgrades",
    ),
    Standing(
        "image-pinned", "installation",
        "A value keeps an image at an older release",
        "The chart of the target runs an image of another release.",
        "Remove the value, or set the image of the target.", _pinned_images,
        source="manifests/charts",
    ),
)  # fmt: skip
