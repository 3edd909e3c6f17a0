"""Judges the text of a MeshConfig, MeshNetworks or ProxyConfig as istiod does.

It reads protobuf in JSON and then validates what it read; either can refuse the whole text
(pkg/config/mesh/mesh.go, Istio 1.31).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.istio.mesh_config_schema import MESH_CONFIG, MESH_NETWORKS, PROXY_CONFIG
from meshctl.istio.protobuf_json import Misread, read, written_path
from meshctl.resources.resource import Resource
from meshctl.resources.view import View
from meshctl.sources.documents import Document
from meshctl.validation.faults import Fault
from meshctl.validation.mesh_config.mesh import check_mesh
from meshctl.validation.mesh_config.networks import check_networks
from meshctl.validation.mesh_config.proxy import check_proxy

_CHECKS: Mapping[str, Callable[[View], Iterator[Fault]]] = {
    MESH_CONFIG: check_mesh,
    MESH_NETWORKS: check_networks,
    PROXY_CONFIG: check_proxy,
}


class Judgement(NamedTuple):
    """What was read, by JSON names, and what is wrong; warnings let istiod take the text."""

    value: dict[str, Any]
    faults: tuple[Fault, ...]

    @property
    def refusals(self) -> tuple[Fault, ...]:
        """What makes istiod discard the text."""
        return tuple(fault for fault in self.faults if not fault.is_warning)


def judge(message: str, data: Any) -> Judgement:
    """Judge the parsed YAML of a text; the paths of faults are those of the text."""
    reading = read(message, data)
    faults = [_fault(misread, is_warning=False) for misread in reading.misreads]
    faults += [_fault(misread, is_warning=True) for misread in reading.unknown]
    settings = Resource(Document("", 1, "", reading.value), reading.value)
    for fault in _CHECKS[message](settings):
        path = written_path(message, data, fault.path)
        faults.append(fault._replace(kind="mesh-config", path=path))
    return Judgement(reading.value, tuple(faults))


def _fault(misread: Misread, *, is_warning: bool) -> Fault:
    return Fault("mesh-config", misread.path, misread.message, is_warning, key=is_warning)
