"""Checks the mesh settings of an IstioOperator.

Mirrors validateMeshConfig, operator/pkg/apis/validation/validation.go, Istio 1.31: they are read and
validated as istiod does it.
"""

from collections.abc import Iterator

from meshctl.istio.mesh_config_schema import MESH_CONFIG
from meshctl.resources.istio.istio_operator import IstioOperator
from meshctl.validation.faults import Fault, sentence
from meshctl.validation.mesh_config.text import judge

_PLACES = (("spec", "meshConfig"), ("spec", "values", "meshConfig"))


def check(operator: IstioOperator) -> Iterator[Fault]:
    """Check the settings in both places where they may be written."""
    for place in _PLACES:
        settings = operator.child(*place[:-1]).data.get(place[-1])
        for fault in judge(MESH_CONFIG, settings).faults:
            yield fault._replace(path=(*place, *fault.path), message=sentence(fault))
