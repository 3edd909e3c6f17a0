"""Reads from istiod's Deployment and the installation how sidecars are made.

The defaults are those of pilot/pkg/features and pkg/kube/inject of Istio 1.31: sidecars are native
(ordinary init containers that keep running) since 1.27 where every node has Kubernetes 1.33.
"""

from collections.abc import Iterable, Iterator

from meshctl.istio.annotation_names import NATIVE_SIDECAR
from meshctl.lazy_pattern import lazy_pattern
from meshctl.mesh.core.injector_config import is_settings, values_of
from meshctl.mesh.workloads.membership import is_control_plane
from meshctl.resources import Resource, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views
from meshctl.settings import InjectionByHand

_NATIVE_VARIABLE = "ENABLE_NATIVE_SIDECARS"
_NATIVE_SINCE = (1, 27)
_CNI_VALUES = (("pilot", "cni"), ("istio_cni",))
"""Where the chart's values turn the CNI plugin on; the second one until 1.23."""
_TAG = lazy_pattern(r":v?(\d{1,9})\.(\d{1,9})")


class ControlPlane:
    """The installation of Istio, as far as the input shows it, or as ``kube-inject`` is told."""

    def __init__(
        self, resources: Iterable[Resource], injection: InjectionByHand | None = None
    ) -> None:
        self._resources = tuple(resources)
        self._injection = injection

    @property
    def skips_verification(self) -> bool:
        """Do proxies accept any certificate where no CA is given, as before 1.21?"""
        older = bool(self.versions) and max(self.versions) < (1, 21)
        return older or self.variable("VERIFY_CERTIFICATE_AT_CLIENT") == "false"

    @cached_property
    def has_cni(self) -> bool:
        """Does Istio's CNI plugin redirect traffic, before any init container runs?"""
        if self._injection is not None:
            return self._injection.has_cni
        return any(_is_cni(resource) for resource in self._resources)

    @cached_property
    def lacks_cni(self) -> bool:
        """Is it written that init containers redirect traffic, as there is no CNI plugin?"""
        if self._injection is not None:
            return not self._injection.has_cni
        written = [resource for resource in self._resources if is_settings(resource)]
        return bool(written) and not self.has_cni

    def is_sidecar_ordinary(self, workload: Workload) -> bool:
        """Is the sidecar of a workload surely a container beside the others, not a native one?"""
        written = workload.pod_annotations.get(NATIVE_SIDECAR) or self.variable(_NATIVE_VARIABLE)
        if written in {"true", "false"}:
            return written == "false"
        if self._injection is not None:
            return not self._injection.native
        return bool(self.versions) and max(self.versions) < _NATIVE_SINCE

    @property
    def takes_http_1_0(self) -> bool:
        """Do all proxies take requests by HTTP/1.0 (``PILOT_HTTP10``)?"""
        return self.variable("PILOT_HTTP10") in {"1", "true"}

    def variable(self, name: str) -> str:
        """The value that all istiods agree on, empty when they don't or it isn't written."""
        values = set(self._variables.get(name, ()))
        return values.pop() if len(values) == 1 else ""

    @cached_property
    def _istiods(self) -> list[Workload]:
        found = (resource for resource in self._resources if isinstance(resource, Workload))
        return [
            workload
            for workload in found
            if workload.kind == "Deployment" and is_control_plane(workload)
        ]

    @cached_property
    def _variables(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self._written():
            found.setdefault(name, []).append(value.lower())
        return found

    def _written(self) -> Iterator[tuple[str, str]]:
        for istiod in self._istiods:
            for container in istiod.containers:
                for entry in views(container, "env", View):
                    yield entry.text("name"), entry.text("value")
        for resource in self._resources:
            if resource.kind == "IstioOperator":
                for name, value in resource.spec.child("values", "pilot", "env").data.items():
                    yield str(name), str(value)

    @cached_property
    def versions(self) -> list[tuple[int, int]]:
        """The versions of the istiods, as their images say."""
        images = (
            container.text("image") for istiod in self._istiods for container in istiod.containers
        )
        tags = (_TAG.search(image) for image in images if "pilot" in image)
        return [(int(tag[1]), int(tag[2])) for tag in tags if tag is not None]


def _is_cni(resource: Resource) -> bool:
    if is_settings(resource):
        values = values_of(resource)
        return any(values.child(*path).flag("enabled") is True for path in _CNI_VALUES)
    if resource.kind == "IstioOperator":
        spec = resource.spec
        return spec.child("components", "cni").flag("enabled") is True or any(
            spec.child("values", *path).flag("enabled") is True for path in _CNI_VALUES
        )
    return resource.kind == "DaemonSet" and resource.name.startswith("istio-cni")
