"""Says what an input shows of the installation of Istio: versions, variables, values, mesh config."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from meshctl.istio.annotation_names import PROXY_CONFIG
from meshctl.istio.labels import REVISION
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh.workloads.membership import is_control_plane
from meshctl.resources import (
    ConfigMap,
    IstioOperator,
    ProxyConfig,
    Ref,
    Resource,
    View,
    Workload,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views
from meshctl.upgrades.chart_values import (
    CHARTS,
    ChartValues,
    ChartVersion,
    Setting,
    dependencies,
    values_in,
    values_of_file,
    versions_in,
)
from meshctl.upgrades.release import Release, read_release
from meshctl.yaml.reader import parse_one

_VERSION_LABELS = ("app.kubernetes.io/version", "helm.sh/chart", "operator.istio.io/version")
_AGENTS = ("istio-cni", "ztunnel")


class Found(NamedTuple):
    """A version of the control plane, and where it is written."""

    release: Release
    ref: Ref
    title: str


class Installation:
    """What resources, and files of values, show of how Istio is installed."""

    def __init__(self, resources: Sequence[Resource], files: Sequence[Resource] = ()) -> None:
        self._resources = resources
        self._files = files

    @cached_property
    def istiods(self) -> tuple[Workload, ...]:
        """The Deployments of istiod."""
        found = (resource for resource in self._resources if isinstance(resource, Workload))
        return tuple(
            workload
            for workload in found
            if workload.kind == "Deployment" and is_control_plane(workload)
        )

    @cached_property
    def operators(self) -> tuple[IstioOperator, ...]:
        """The IstioOperators."""
        return tuple(
            resource for resource in self._resources if isinstance(resource, IstioOperator)
        )

    @cached_property
    def values(self) -> tuple[ChartValues, ...]:
        """The values of Istio's charts."""
        found = [*values_in(self._resources)]
        charts = {_directory(file): dependencies(file) for file in self._files if _is_chart(file)}
        own = {_directory(file) for file in self._files if _is_own_chart(file)}
        for file in self._files:
            # The defaults of Istio's own charts are nobody's settings.
            if not _is_chart(file) and _directory(file) not in own:
                found += values_of_file(file, charts.get(_directory(file), {}))
        return tuple(found)

    @cached_property
    def is_shown(self) -> bool:
        """Does the input show any of it, so that what isn't set there isn't set?"""
        return bool(self.istiods or self.values or self.operators)

    @cached_property
    def has_values(self) -> bool:
        """Does the input show the values of a chart?"""
        return bool(self.values)

    @cached_property
    def anchor(self) -> Ref | None:
        """The place that stands for the installation: istiod, else what installs it."""
        for group in (self.istiods, self.operators):
            for member in group:
                return member.at("metadata", "name")
        for values in self.values:
            if values.chart in {"", "istiod"}:
                return values.view.at()
        return self.values[0].view.at() if self.values else None

    def chart(self, *names: str) -> ChartValues | None:
        """The first values of one of these charts."""
        return next((value for value in self.values if value.chart in names), None)

    # --- versions -----------------------------------------------------------------------------

    @cached_property
    def versions(self) -> tuple[Found, ...]:
        """The versions of the control plane, of the surest kind of place that names any.

        That is the image of istiod, then its labels and revision, then what installs it.
        """
        for sources in (self._images, self._labels, self._charts):
            found = tuple(sources())
            if found:
                return found
        return ()

    def _images(self) -> Iterator[Found]:
        for istiod in self.istiods:
            for container in istiod.containers:
                image = container.text("image")
                release = read_release(image.rpartition(":")[2]) if "pilot" in image else None
                release = release or _tagged(image)
                if release is not None:
                    yield Found(release, container.at("image"), istiod.title)

    def _labels(self) -> Iterator[Found]:
        for istiod in self.istiods:
            for labels, path in ((istiod.labels, ("metadata",)), (istiod.pod_labels, ())):
                where = path or (*istiod.template.path, "metadata")
                for name in (*_VERSION_LABELS, REVISION):
                    release = read_release(labels.get(name, ""))
                    if release is not None:
                        yield Found(release, Ref(istiod, (*where, "labels", name)), istiod.title)
                        break

    def _charts(self) -> Iterator[Found]:
        found = [*versions_in(self._resources), *self._file_versions()]
        for chart_version in sorted(found, key=lambda one: one.chart != "istiod"):
            release = read_release(chart_version.text)
            if release is not None and chart_version.chart != "gateway":
                yield Found(release, chart_version.ref, chart_version.title)
        for operator in self.operators:
            release = read_release(operator.spec.text("revision"))
            if release is not None:
                yield Found(release, operator.spec.at("revision"), operator.title)
        for values in self.values:
            for path in ("global.tag", "pilot.tag", "pilot.image", "revision"):
                setting = values.find(path)
                release = read_release(setting.text) if setting is not None else None
                if setting is not None and release is not None:
                    yield Found(release, setting.ref, values.title)

    def _file_versions(self) -> Iterator[ChartVersion]:
        for file in filter(_is_chart, self._files):
            title = file.document.file
            if _is_own_chart(file):
                chart = CHARTS[file.text("name")]
                yield ChartVersion(
                    str(file.data.get("version", "")), file.at("version"), title, chart
                )
            for index, dependency in file.items("dependencies"):
                chart = CHARTS.get(str(dependency.get("name")), "")
                if chart and "istio" in str(dependency):
                    ref = file.at("dependencies", index, "version")
                    yield ChartVersion(str(dependency.get("version", "")), ref, title, chart)

    @cached_property
    def revisions(self) -> dict[str, Ref]:
        """The revisions of the istiods and installations, each with its place."""
        found: dict[str, Ref] = {}
        for istiod in self.istiods:
            name = istiod.labels.get(REVISION) or istiod.pod_labels.get(REVISION) or "default"
            found.setdefault(name, istiod.at("metadata", "name"))
        for operator in self.operators:
            name = operator.spec.text("revision") or "default"
            found.setdefault(name, operator.spec.at("revision"))
        return found

    # --- settings -----------------------------------------------------------------------------

    def value(self, path: str) -> Iterator[tuple[ChartValues, Setting]]:
        """Walk what is set of a value, by its path in the chart it belongs to."""
        for values in self.values:
            setting = values.find(path)
            if setting is not None:
                yield values, setting

    def variable(self, name: str) -> Sequence[Setting]:
        """What a variable is set to: in Deployments, values, the mesh config and annotations."""
        return self.variables.get(name, ())

    @cached_property
    def variables(self) -> dict[str, list[Setting]]:
        """Every variable that is set for istiod, the CNI, ztunnel or proxies."""
        found: dict[str, list[Setting]] = {}
        for name, setting in self._written():
            found.setdefault(name, []).append(setting)
        return found

    def _written(self) -> Iterator[tuple[str, Setting]]:
        for values in self.values:
            for path in ("pilot.env", "cni.env", "env"):
                yield from values.entries(path)
        for operator in self.operators:
            for component in operator.components.names():
                yield from _of_components(operator, component)
        for config in self.mesh_configs:
            yield from _entries(config.view.child("defaultConfig", "proxyMetadata"), config.title)
        for resource in self._resources:
            if isinstance(resource, Workload):
                yield from _of_workload(resource)
            elif isinstance(resource, ProxyConfig):
                variables = resource.spec.child("environmentVariables")
                yield from _entries(variables, resource.title)

    @cached_property
    def mesh_configs(self) -> tuple[ChartValues, ...]:
        """The mesh configs: ConfigMaps of istiod, operators, values of charts."""
        found = []
        for resource in self._resources:
            if isinstance(resource, ConfigMap) and resource.name.startswith("istio"):
                view = _parsed(resource, ("data", "mesh"), resource.values.get("mesh", ""))
                if view.data:
                    found.append(ChartValues(view, "", resource.title))
        found += (
            ChartValues(operator.spec.child("meshConfig"), "", operator.title)
            for operator in self.operators
            if operator.spec.has("meshConfig")
        )
        for values in self.values:
            setting = values.find("meshConfig")
            if setting is not None and isinstance(setting.value, dict):
                view = View(setting.ref.resource, setting.ref.path, setting.value)
                found.append(ChartValues(view, "", values.title))
        return tuple(found)

    @cached_property
    def proxy_configs(self) -> tuple[ChartValues, ...]:
        """Settings of proxies: the mesh's ``defaultConfig``, and annotations of pods."""
        found = []
        for config in self.mesh_configs:
            view = config.view.child("defaultConfig")
            if view.data:
                found.append(ChartValues(view, "", config.title))
        for resource in self._resources:
            if isinstance(resource, Workload) and PROXY_CONFIG in resource.pod_annotations:
                path = (*resource.template.path, "metadata", "annotations", PROXY_CONFIG)
                view = _parsed(resource, path, resource.pod_annotations[PROXY_CONFIG])
                found.append(ChartValues(view, "", resource.title))
        return tuple(found)

    def mesh_config(self, path: str) -> Iterator[Setting]:
        """Walk what is set of a field of the mesh config."""
        for config in self.mesh_configs:
            setting = config.find(path)
            if setting is not None:
                yield setting

    @cached_property
    def compatibility(self) -> Setting | None:
        """The ``compatibilityVersion`` that is set."""
        for values in self.values:
            setting = values.find("compatibilityVersion")
            if setting is not None and setting.text:
                return setting
        for operator in self.operators:
            if operator.spec.has("compatibilityVersion"):
                value = operator.spec.data["compatibilityVersion"]
                return Setting(value, operator.spec.at("compatibilityVersion"), operator.title)
        return None


def _of_components(operator: IstioOperator, component: str) -> Iterator[tuple[str, Setting]]:
    path = ("spec", "components", component)
    part = operator.components.child(component)
    items: list[View] = [part] if part.data else []
    if not items:
        items = [View(operator, (*path, index), one) for index, one in
                 operator.components.items(component)]  # fmt: skip
    for item in items:
        for entry in views(item.child("k8s"), "env", View):
            setting = Setting(entry.data.get("value"), entry.at("name"), operator.title)
            yield entry.text("name"), setting


def _of_workload(workload: Workload) -> Iterator[tuple[str, Setting]]:
    """Walk the variables of a control plane, of its agents on nodes, and of proxies."""
    is_istio = is_control_plane(workload) or workload.name.startswith(_AGENTS)
    for container in (*workload.containers, *workload.init_containers):
        if is_istio or container.name == PROXY_CONTAINER:
            for entry in views(container, "env", View):
                setting = Setting(entry.data.get("value"), entry.at("name"), workload.title)
                yield entry.text("name"), setting
    if PROXY_CONFIG in workload.pod_annotations:
        path = (*workload.template.path, "metadata", "annotations", PROXY_CONFIG)
        config = _parsed(workload, path, workload.pod_annotations[PROXY_CONFIG])
        yield from _entries(config.child("proxyMetadata"), workload.title)


def _entries(view: View, title: str) -> Iterator[tuple[str, Setting]]:
    for name in view.names():
        yield name, Setting(view.data[name], view.at(name), title)


def _parsed(resource: Resource, path: tuple[str | int, ...], text: str) -> View:
    try:
        data: Any = parse_one(text) if text else None
    except ValueError:
        data = None
    return View(resource, path, data)


def _tagged(image: str) -> Release | None:
    """Read the version of an image under a name of one's own: ``mirror/istiod:1.27.3``."""
    name, _, tag = image.partition("@")[0].rpartition(":")
    return read_release(tag) if name and "/" not in tag else None


def _is_chart(file: Resource) -> bool:
    return file.document.file.endswith(("Chart.yaml", "Chart.yml"))


def _is_own_chart(file: Resource) -> bool:
    """Is it one of Istio's charts itself, and not one that depends on them?"""
    if not _is_chart(file) or file.text("name") not in CHARTS:
        return False
    words = str(file.data.get("keywords", "")) + str(file.data.get("sources", ""))
    return "istio" in words or not file.data.get("dependencies")


def _directory(file: Resource) -> str:
    return file.document.file.rpartition("/")[0]
