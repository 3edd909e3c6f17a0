"""Finds the values that Istio's charts are installed with, wherever people write them.

Plain files of values, charts that depend on Istio's, HelmRelease and HelmChart, Application and
ApplicationSet, HelmChartProxy, IstioOperator, and the kinds of the Sail operator.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.resources import Ref, Resource, View
from meshctl.yaml.reader import parse_one

CHARTS = {
    "istiod": "istiod", "istio-discovery": "istiod", "istiod-remote": "istiod-remote",
    "base": "base", "istio-base": "base", "cni": "cni", "istio-cni": "cni",
    "ztunnel": "ztunnel", "gateway": "gateway", "istio-gateway": "gateway",
    "istio-ingress": "gateway", "istio-egress": "gateway", "ingress": "gateway",
    "istio-ingressgateway": "gateway", "istio-egressgateway": "gateway", "ambient": "ambient",
    "istio": "istiod", "istio-istiod": "istiod",
}  # fmt: skip
"""Istio's charts by the names that they, and dependencies on them, have."""
_DISTINCT = frozenset({
    "pilot", "meshConfig", "sidecarInjectorWebhook", "istio_cni", "istiodRemote",
    "compatibilityVersion", "revisionTags",
})  # fmt: skip
"""Values that Istio's charts have, and no others."""
_BELOW = {
    "cni": frozenset({
        "excludeNamespaces", "ambient", "repair", "cniBinDir", "cniConfDir", "chained", "logLevel",
        "logging", "psp_cluster_role", "privileged", "rollingMaxUnavailable", "resourceQuotas",
    }),
    "telemetry": frozenset({"v2"}),
    "base": frozenset({"enableCRDTemplates", "validateGateway", "excludedCRDs"}),
}  # fmt: skip
"""Values whose name others have too, with what stands below those of Istio."""
_OPTIONAL = {"istiod": "pilot", "cni": "cni"}
"""Charts, and the first word of a path that their own values may leave out."""
_SAIL = {"Istio": "istiod", "IstioCNI": "cni", "ZTunnel": "ztunnel", "IstioRevision": "istiod"}


class Setting(NamedTuple):
    """A value that somebody sets, and where."""

    value: Any
    ref: Ref
    title: str
    """What sets it, for messages: ``IstioOperator istio-system/main``."""

    @property
    def text(self) -> str:
        """The value as YAML's scalars read in Go: ``true``, ``1.27``."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "" if self.value is None else str(self.value)


class ChartValues(NamedTuple):
    """Values of one chart; ``chart`` is empty where nothing tells which one.

    ``is_checked`` says that an unknown value is refused, as ``istioctl install`` does, where Helm
    ignores it. ``version`` is that of the chart, as written, with its place.
    """

    view: View
    chart: str
    title: str
    is_checked: bool = False

    def find(self, path: str) -> Setting | None:
        """Look a value up by its path, such as ``pilot.env.ENABLE_AUTO_SNI``."""
        parts = tuple(path.split("."))
        found = self._at(parts)
        if found is None and parts[0] == _OPTIONAL.get(self.chart):
            found = self._at(parts[1:])
        return found

    def entries(self, path: str) -> Iterator[tuple[str, Setting]]:
        """Walk the entries of a mapping: variables of ``pilot.env``."""
        setting = self.find(path)
        if setting is not None and isinstance(setting.value, dict):
            for name, value in setting.value.items():
                if isinstance(name, str):
                    ref = Ref(setting.ref.resource, (*setting.ref.path, name))
                    yield name, Setting(value, ref, self.title)

    def _at(self, parts: tuple[str, ...]) -> Setting | None:
        data: Any = self.view.data
        for part in parts:
            if not isinstance(data, dict) or part not in data:
                return None
            data = data[part]
        return Setting(data, self.view.at(*parts), self.title)


class ChartVersion(NamedTuple):
    """The version of a chart of Istio, or of what an object installs, as written."""

    text: str
    ref: Ref
    title: str
    chart: str


def values_in(resources: Iterable[Resource]) -> Iterator[ChartValues]:
    """Walk the values that objects hold."""
    for resource in resources:
        if resource.kind in _READERS:
            yield from _READERS[resource.kind](resource)


def versions_in(resources: Iterable[Resource]) -> Iterator[ChartVersion]:
    """Walk the versions of Istio's charts that objects name."""
    for resource in resources:
        if resource.kind in _READERS:
            yield from _versions(resource)


def values_of_file(file: Resource, charts: Mapping[str, str]) -> Iterator[ChartValues]:
    """Walk the values of a file that is nobody's manifest, if they are those of Istio's charts.

    ``charts`` are the charts that the chart beside the file depends on, by the names of their
    values.
    """
    title = f"values file {file.document.file.rpartition('/')[2]}"
    nested = charts or {
        name: CHARTS[name] for name in file.data if name in CHARTS and _is_nested(file, name)
    }
    for name, chart in nested.items():
        part = file.child(name)
        if part.data:
            yield ChartValues(part, chart, title)
    stem = file.document.file.rpartition("/")[2].lower()
    if not charts and (_is_istio(file.data) or ("istio" in stem and not nested)):
        yield ChartValues(View(file, (), file.data), _chart_by_name(stem, file.data), title)


def dependencies(chart: Resource) -> dict[str, str]:
    """Read the charts of Istio that a Chart.yaml depends on, by the names of their values."""
    found = {}
    for _, dependency in chart.items("dependencies"):
        name, alias = dependency.get("name"), dependency.get("alias")
        if isinstance(name, str) and name in CHARTS and "istio" in str(dependency):
            found[alias if isinstance(alias, str) and alias else name] = CHARTS[name]
    return found


def _is_nested(file: Resource, name: str) -> bool:
    """Is a key the values of a chart, and not a value of Istio's charts itself?"""
    part = file.data.get(name)
    if not isinstance(part, dict):
        return False
    if name in {"cni", "base", "ztunnel", "ambient"} and _is_istio(
        {key: value for key, value in file.data.items() if key != name}
    ):
        return False
    if name in {"gateway", "ingress"}:
        return _is_istio(part)
    return _is_istio(part) or "global" in part or name.startswith("istio")


def _is_istio(data: Mapping[str, Any]) -> bool:
    shared = data.get("global")
    istio = isinstance(shared, dict) and not {
        "istioNamespace", "proxy", "proxy_init", "multiCluster", "meshID", "istiod", "jwtPolicy",
        "configValidation", "remotePilotAddress", "network", "caAddress", "pilotCertProvider",
        "logAsJson", "sts", "externalIstiod", "autoscalingv2API", "oneNamespace", "configCluster",
        "enableCoreDump", "useMCP", "configRootNamespace", "defaultConfigVisibilitySettings",
        "waypoint", "platform", "variant",
    }.isdisjoint(shared)  # fmt: skip
    named = any(isinstance(data.get(key), dict | str | float) for key in _DISTINCT)
    return istio or named or any(_is_below(data, key) for key in _BELOW)


def _is_below(data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key)
    return isinstance(value, dict) and not _BELOW[key].isdisjoint(value)


def _chart_by_name(file: str, data: Mapping[str, Any]) -> str:
    """Guess the chart that a file of values is for; values of ``pilot`` and ``cni`` tell it."""
    if "pilot" in data or "meshConfig" in data or "istiod" in file or "pilot" in file:
        return "istiod"
    named = [chart for chart in ("cni", "ztunnel", "gateway", "base") if chart in file]
    return named[0] if named else ""


def _operator(resource: Resource) -> Iterator[ChartValues]:
    yield ChartValues(resource.spec.child("values"), "", resource.title, is_checked=True)


def _sail(resource: Resource) -> Iterator[ChartValues]:
    if resource.group == "sailoperator.io":
        chart = _SAIL[resource.kind]
        yield ChartValues(resource.spec.child("values"), chart, resource.title, is_checked=True)


def _flux(resource: Resource) -> Iterator[ChartValues]:
    name = resource.spec.child("chart", "spec").text("chart")
    if resource.spec.has("values"):
        yield from _told(resource.spec.child("values"), name, resource)


def _k3s(resource: Resource) -> Iterator[ChartValues]:
    name = resource.spec.text("chart")
    yield from _told(_parsed(resource.spec, "valuesContent"), name, resource)


def _proxy(resource: Resource) -> Iterator[ChartValues]:
    name = resource.spec.text("chartName")
    yield from _told(_parsed(resource.spec, "valuesTemplate"), name, resource)


def _argo(resource: Resource) -> Iterator[ChartValues]:
    for source in _sources(resource):
        name = source.text("chart") or source.text("path").rpartition("/")[2]
        helm = source.child("helm")
        if helm.has("values"):
            yield from _told(_parsed(helm, "values"), name, resource)
        if helm.has("valuesObject"):
            yield from _told(helm.child("valuesObject"), name, resource)
        if helm.has("parameters"):
            yield from _told(_parameters(helm), name, resource)


def _told(view: View, chart: str, resource: Resource) -> Iterator[ChartValues]:
    """Give values of a chart of Istio; of another chart, those of the charts it depends on."""
    chart = chart.rstrip("/").rpartition("/")[2]
    if chart in CHARTS:
        yield ChartValues(view, CHARTS[chart], resource.title)
        return
    if not chart and _is_istio(view.data):
        yield ChartValues(view, "", resource.title)
    for name in view.data:
        part = view.child(name)
        if name in CHARTS and (_is_istio(part.data) or "global" in part.data):
            yield ChartValues(part, CHARTS[name], resource.title)


def _parsed(view: View, key: str) -> View:
    """Read values that are a text; places in it are the text as a whole."""
    try:
        data = parse_one(view.text(key)) if view.text(key) else None
    except ValueError:
        data = None
    return View(view.resource, (*view.path, key), data)


def _parameters(helm: View) -> View:
    """Read ``helm.parameters`` as one tree of values."""
    tree: dict[str, Any] = {}
    for _, parameter in helm.items("parameters"):
        *parents, last = str(parameter.get("name", "")).split(".")
        node = tree
        for part in parents:
            below = node.setdefault(part, {})
            node = below if isinstance(below, dict) else {}
        node[last] = parameter.get("value")
    return View(helm.resource, (*helm.path, "parameters"), tree)


def _sources(resource: Resource) -> Iterator[View]:
    spec = resource.spec
    if resource.kind == "ApplicationSet":
        spec = spec.child("template", "spec")
    if spec.has("source"):
        yield spec.child("source")
    for index, item in spec.items("sources"):
        yield View(resource, (*spec.path, "sources", index), item)


_READERS = {
    "IstioOperator": _operator,
    "HelmRelease": _flux,
    "HelmChart": _k3s,
    "HelmChartProxy": _proxy,
    "Application": _argo,
    "ApplicationSet": _argo,
    **dict.fromkeys(_SAIL, _sail),
}


def charts_in(resources: Iterable[Resource]) -> Iterator[tuple[str, Ref, str]]:
    """Walk the charts that objects install, by the last word of their name, with place and title."""
    for resource in resources:
        if resource.kind in _READERS:
            for view, key, _ in _installs(resource):
                if view.text(key):
                    yield (
                        view.text(key).rstrip("/").rpartition("/")[2],
                        view.at(key),
                        resource.title,
                    )


def release_names(resources: Iterable[Resource]) -> Iterator[tuple[str, str, Ref, str]]:
    """Walk the names of Helm releases: chart, name, place and title of what installs it."""
    for resource in resources:
        if resource.kind not in _READERS:
            continue
        for view, key, _ in _installs(resource):
            chart = view.text(key).rstrip("/").rpartition("/")[2]
            helm = view.child("helm") if resource.kind.startswith("Application") else resource.spec
            if helm.text("releaseName"):
                yield chart, helm.text("releaseName"), helm.at("releaseName"), resource.title
            elif chart:
                yield chart, resource.name, resource.at("metadata", "name"), resource.title


def _installs(resource: Resource) -> Iterator[tuple[View, str, str]]:
    """Walk what an object installs: where the name of the chart and that of its version stand."""
    spec = resource.spec
    if resource.kind == "HelmRelease":
        yield spec.child("chart", "spec"), "chart", "version"
    elif resource.kind == "HelmChart":
        yield spec, "chart", "version"
    elif resource.kind == "HelmChartProxy":
        yield spec, "chartName", "version"
    elif resource.kind in {"Application", "ApplicationSet"}:
        for source in _sources(resource):
            yield source, "chart", "targetRevision"


def _versions(resource: Resource) -> Iterator[ChartVersion]:
    spec = resource.spec
    places: list[tuple[View, str, str]] = []
    if resource.kind == "IstioOperator":
        places = [(spec, "tag", "istiod"), (spec.child("values", "global"), "tag", "istiod")]
    elif resource.kind in _SAIL and resource.group == "sailoperator.io":
        places = [(spec, "version", _SAIL[resource.kind])]
    for view, key, version in _installs(resource):
        name = view.text(key).rstrip("/").rpartition("/")[2]
        if name in CHARTS:
            places.append((view, version, CHARTS[name]))
    for view, key, chart in places:
        if view.has(key):
            yield ChartVersion(str(view.data[key]), view.at(key), resource.title, chart)
