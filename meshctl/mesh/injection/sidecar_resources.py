"""What sidecars ask of a node, and the LimitRanges that refuse pods for it.

The injector's template writes the four annotations of a pod where it has one of them, else ``global.proxy.resources`` of the
chart's values (manifests/charts/istio-control/istio-discovery, files/injection-template.yaml and values.yaml, Istio 1.31). The
API server compares each container with the LimitRanges of the namespace once webhooks have changed the pod, and refuses
the pod (plugin/pkg/admission/limitranger/admission.go, Kubernetes).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from meshctl.istio.names import PROXY_CONTAINER
from meshctl.istio.quantities import nano_units
from meshctl.mesh.core.injector_config import is_settings, values_of
from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import ConfigMap, IstioOperator, Ref, Resource, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_ANNOTATIONS = {
    "sidecar.istio.io/proxyCPU": ("requests", "cpu"),
    "sidecar.istio.io/proxyMemory": ("requests", "memory"),
    "sidecar.istio.io/proxyCPULimit": ("limits", "cpu"),
    "sidecar.istio.io/proxyMemoryLimit": ("limits", "memory"),
}
_CHART = {
    ("requests", "cpu"): "100m", ("requests", "memory"): "128Mi",
    ("limits", "cpu"): "2000m", ("limits", "memory"): "1024Mi",
}  # fmt: skip
_WORDS = {"limits": "a limit", "requests": "a request"}
_Key = tuple[str, str]
_Amounts = Mapping[_Key, str]
_Broken = tuple[_Key, str, Ref]


class RefusedSidecar(NamedTuple):
    """An amount of a sidecar that a LimitRange refuses: where it is written, or that the chart says so."""

    amount: str
    """Such as ``a limit of 2 cpu``."""
    bound: str
    """Such as ``max of 1``."""
    limit_range: Ref
    place: Ref | None
    is_by_chart: bool
    """Is it what the chart says, while the values of the injector are not in the input?"""


class SidecarResources:
    """Answers for workloads."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._known: dict[tuple[str, frozenset[tuple[_Key, str]]], _Broken | None] = {}

    def refused(self, workload: Workload) -> RefusedSidecar | None:
        """Find what a LimitRange of the namespace refuses of the sidecar that is injected."""
        ranges = self._by_namespace.get(workload.namespace, ())
        containers = (*workload.containers, *workload.init_containers)
        if not ranges or any(container.name == PROXY_CONTAINER for container in containers):
            return None
        annotations = workload.pod_annotations
        written = {
            key: annotations[name] for name, key in _ANNOTATIONS.items() if name in annotations
        }
        amounts = written or self._of_values
        broken = self._first_broken(workload.namespace, amounts)
        if broken is None:
            return None
        key, bound, place = broken
        name = next(name for name, each in _ANNOTATIONS.items() if each == key)
        metadata = workload.template.child("metadata")
        at = metadata.at("annotations", name) if written else None
        amount = f"{_WORDS[key[0]]} of {amounts[key]} {key[1]}"
        return RefusedSidecar(amount, bound, place, at, not written and self._is_guessed)

    def _first_broken(self, namespace: str, amounts: _Amounts) -> _Broken | None:
        """Find the first bound of a namespace that amounts are outside of, once for the same amounts."""
        asked = namespace, frozenset(amounts.items())
        if asked not in self._known:
            several = (
                broken
                for item in self._by_namespace[namespace]
                for broken in _broken(item, amounts)
            )
            self._known[asked] = next(several, None)
        return self._known[asked]

    @cached_property
    def _by_namespace(self) -> dict[str, list[View]]:
        found: dict[str, list[View]] = {}
        for resource in self._inventory.of(Resource):
            if resource.kind == "LimitRange":
                items = views(resource.spec, "limits", View)
                here = (item for item in items if item.text("type") == "Container")
                found.setdefault(resource.namespace, []).extend(here)
        return found

    @cached_property
    def _settings(self) -> list[View]:
        return [values_of(one) for one in self._inventory.of(ConfigMap) if is_settings(one)]

    @property
    def _is_guessed(self) -> bool:
        return not self._settings

    @cached_property
    def _of_values(self) -> _Amounts:
        """What the values say, where all injectors agree; the chart's own without an injector."""
        if not self._settings:
            several = [operator.values for operator in self._inventory.of(IstioOperator)]
            asked = [_amounts(one) for one in several]
            return {} if any(asked) else _CHART
        first, *rest = [_amounts(one) for one in self._settings]
        return first if all(one == first for one in rest) else {}


def _amounts(values: View) -> _Amounts:
    resources = values.child("global", "proxy", "resources")
    written = {(kind, what): resources.child(kind).data.get(what) for kind, what in _CHART}
    return {key: str(amount) for key, amount in written.items() if amount is not None}


def _broken(item: View, amounts: _Amounts) -> Iterator[_Broken]:
    """Walk the amounts outside the bounds of one entry, with the bound and its place."""
    for key, amount in amounts.items():
        number, what = nano_units(amount), key[1]
        least, most = (str(item.child(bound).data.get(what, "")) for bound in ("min", "max"))
        top, bottom = nano_units(most), nano_units(least)
        if number is not None and top is not None and number > top:
            yield key, f"max of {most}", item.at("max", what)
        elif number is not None and bottom is not None and number < bottom:
            yield key, f"min of {least}", item.at("min", what)
