"""Makes tests of changes that many rows have in common: a variable, a value or a field is set."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from meshctl.resources import Ref, Resource, View, Workload
from meshctl.rules.api import NotChecked
from meshctl.upgrades.change import Hit, Outcome, Predicate
from meshctl.upgrades.upgrade import Upgrade
from meshctl.words import quoted

NO_INSTALLATION = NotChecked(
    "neither istiod nor what installs it (IstioOperator, values of its chart) is in the input, so "
    "what is set there is unknown"
)
NO_VALUES = NotChecked(
    "the values that Istio's charts are installed with aren't in the input, and what they make "
    "doesn't show them"
)
NO_MESH_CONFIG = NotChecked("no mesh config is in the input, so what it says is unknown")


def variable(*names: str) -> Predicate:
    """Is one of these variables set?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        if not upgrade.installation.is_shown and not upgrade.installation.variables:
            yield NO_INSTALLATION
        for name in names:
            for setting in upgrade.installation.variable(name):
                yield Hit(setting.ref, f"{setting.title} sets {name}={setting.text}")

    return concerns


def variable_is(name: str, *wanted: str) -> Predicate:
    """Has a variable one of these values?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for setting in upgrade.installation.variable(name):
            if setting.text.lower() in wanted:
                yield Hit(setting.ref, f"{setting.title} sets {name}={setting.text}")

    return concerns


def variable_unset(*names: str, only_if: Predicate | None = None) -> Predicate:
    """Is one of these variables left to its default, where the installation is shown?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        anchor = upgrade.installation.anchor
        if anchor is None:
            yield NO_INSTALLATION
            return
        unset = [name for name in names if not upgrade.installation.variable(name)]
        if unset and (
            only_if is None or any(isinstance(outcome, Hit) for outcome in only_if(upgrade))
        ):
            verb = "is" if len(unset) == 1 else "are"
            yield Hit(anchor, f"{' and '.join(unset)} {verb} not set")

    return concerns


def value(*paths: str, charts: Sequence[str] = (), is_gone: bool = True) -> Predicate:
    """Is one of these values set, for any chart or for some alone? They may stay all the same."""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        if not upgrade.installation.has_values:
            yield NO_VALUES
        for path in paths:
            for values, setting in upgrade.installation.value(path):
                if charts and values.chart not in charts:
                    continue
                what = "refuses" if values.is_checked else "ignores"
                who = "istioctl" if values.is_checked else "Helm"
                end = f", which {who} {what} then" if is_gone else ""
                yield Hit(setting.ref, f"{setting.title} sets {path}{end}")

    return concerns


def value_is(path: str, *wanted: str) -> Predicate:
    """Has a value of the charts one of these texts?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        if not upgrade.installation.has_values:
            yield NO_VALUES
        for _, setting in upgrade.installation.value(path):
            if setting.text in wanted:
                yield Hit(setting.ref, f"{setting.title} sets {path}={setting.text}")

    return concerns


def value_unset(path: str, charts: Sequence[str], *others: str, only_if: Predicate) -> Predicate:
    """Is a value left to its default, where the chart is installed with values that are shown?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        if not upgrade.installation.has_values:
            yield NO_VALUES
            return
        if any(True for each in (path, *others) for _ in upgrade.installation.value(each)):
            return
        for outcome in only_if(upgrade):
            if isinstance(outcome, Hit):
                values = upgrade.installation.chart(*charts, "")
                ref = values.view.at() if values is not None and values.view.data else outcome.ref
                yield Hit(ref, f"{outcome.note}, and {path} is not set")
                return

    return concerns


def installed(*charts: str) -> Predicate:
    """Is one of these charts, or what it installs, in the input?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for values in upgrade.installation.values:
            if values.chart in charts:
                yield Hit(values.view.at(), f"{values.title} is for the chart {values.chart}")
            elif values.chart == "" and not values.is_checked:
                for chart in charts:
                    if values.view.has(chart):
                        yield Hit(values.view.key(chart), f"{values.title} has {chart}")
        for operator in upgrade.installation.operators:
            for chart in charts:
                if _is_on(operator, chart):
                    yield Hit(operator.at("metadata", "name"), f"{operator.title} has {chart}")
        for resource in upgrade.of_kind("DaemonSet"):
            if any(resource.name.startswith(_NODES.get(chart, "\0")) for chart in charts):
                yield Hit(resource.at("metadata", "name"), f"{resource.title} is there")

    return concerns


_NODES = {"cni": "istio-cni", "ztunnel": "ztunnel"}


def _is_on(operator: Resource, component: str) -> bool:
    part = operator.spec.child("components", component)
    profile = operator.spec.text("profile")
    by_profile = profile == "ambient" and component in {"cni", "ztunnel"}
    values = operator.spec.child("values", component)
    return part.flag("enabled") is True or bool(values.data) or by_profile


def mesh_config(path: str, test: Callable[[Any], bool] = bool, note: str = "") -> Predicate:
    """Does a mesh config set a field to what a test accepts?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        if not upgrade.installation.mesh_configs:
            yield NO_MESH_CONFIG
        for setting in upgrade.installation.mesh_config(path):
            if test(setting.value):
                shown = setting.text if not isinstance(setting.value, dict | list) else ""
                said = note or (f"sets {path} to {quoted(shown)}" if shown else f"sets {path}")
                yield Hit(setting.ref, f"the mesh config of {setting.title} {said}")

    return concerns


def proxy_config(path: str, note: str) -> Predicate:
    """Do the settings of proxies, of the mesh or of a pod, have a field?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for config in upgrade.installation.proxy_configs:
            setting = config.find(path)
            if setting is not None and setting.value not in (None, False, "", {}):
                yield Hit(setting.ref, f"{config.title} {note}")

    return concerns


def provider(*names: str) -> Predicate:
    """Has the mesh config an extension provider, or a tracer, of one of these types?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for config in upgrade.installation.mesh_configs:
            for index, one in config.view.items("extensionProviders"):
                for name in names:
                    if isinstance(one.get(name), dict) or name in one:
                        ref = config.view.at("extensionProviders", index, name)
                        shown = quoted(str(one.get("name", "")))
                        yield Hit(ref, f"extension provider {shown} of {config.title} is {name}")
        for config in upgrade.installation.proxy_configs:
            tracing = config.view.child("tracing")
            for name in names:
                if tracing.data.get(name) is not None:
                    yield Hit(tracing.at(name), f"{config.title} sends traces to {name}")

    return concerns


def annotation(*names: str, what: str = "has the annotation") -> Predicate:
    """Has a pod template, or any object, one of these annotations?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for resource, path, annotations in all_annotations(upgrade.mesh.resources):
            for name in names:
                if name in annotations:
                    ref = Ref(resource, (*path, "annotations", name), key=True)
                    yield Hit(ref, f"{resource.title} {what} {name}")

    return concerns


def all_annotations(
    resources: Iterable[Resource],
) -> Iterator[tuple[Resource, tuple[str | int, ...], dict[str, str]]]:
    """Walk the annotations of objects and of their pod templates, with the path to metadata."""
    for resource in resources:
        if isinstance(resource.metadata.get("annotations"), dict):
            yield resource, ("metadata",), resource.annotations
        if isinstance(resource, Workload) and resource.kind != "Pod" and resource.pod_annotations:
            yield resource, (*resource.template.path, "metadata"), resource.pod_annotations


def api_version(kind: str, *versions: str, what: str) -> Predicate:
    """Is an object of a kind written in one of these API versions?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for resource in upgrade.of_kind(kind):
            if resource.api_version in versions:
                yield Hit(
                    resource.at("apiVersion"),
                    f"{resource.title} is written in {resource.api_version}, {what}",
                )

    return concerns


_MONITORS = ("PrometheusRule", "ConfigMap", "GrafanaDashboard", "VMRule", "ServiceMonitor",
             "PodMonitor", "Prometheus", "HorizontalPodAutoscaler", "ScaledObject", "Canary",
             "MetricTemplate", "AnalysisTemplate")  # fmt: skip


def monitored(wanted: re.Pattern[str], sign: str, what: str) -> Predicate:
    """Does an alert, a dashboard or an analysis ask for series of a pattern?

    ``sign`` is a text that all of them hold, by which most objects are passed over.
    """

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        monitors = upgrade.of_kind(*_MONITORS)
        if not monitors:
            yield NotChecked(
                "no alerts and dashboards are in the input, so their queries are unknown"
            )
        for resource in monitors:
            if not resource.document.may_hold((sign,)):
                continue
            for path, text in texts(resource.data, ()):
                found = wanted.search(text)
                if found is not None:
                    yield Hit(Ref(resource, path), f"{resource.title} asks for {found[0]}, {what}")
                    break

    return concerns


def texts(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Walk all texts of a tree with their paths."""
    pending = [(path, data)]
    while pending:
        here, node = pending.pop()
        if isinstance(node, str):
            yield here, node
        elif isinstance(node, dict):
            pending += [((*here, key), child) for key, child in reversed([*node.items()])]
        elif isinstance(node, list):
            pending += [((*here, index), child) for index, child in reversed([*enumerate(node)])]


def strings(view: View) -> Iterator[tuple[Ref, str]]:
    """Walk all texts below a view, each with its place."""
    for path, text in texts(view.data, view.path):
        yield Ref(view.resource, path), text


def either(*predicates: Predicate) -> Predicate:
    """Does one of several tests concern a place?"""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for predicate in predicates:
            yield from predicate(upgrade)

    return concerns


def first(predicate: Predicate) -> Predicate:
    """Only the first place that a test finds, with all that it couldn't know."""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        for outcome in predicate(upgrade):
            yield outcome
            if isinstance(outcome, Hit):
                return

    return concerns


def found_if(test: Callable[[Upgrade], Iterable[Hit]]) -> Predicate:
    """Make a test of a function that only gives places."""

    def concerns(upgrade: Upgrade) -> Iterator[Outcome]:
        yield from test(upgrade)

    return concerns
