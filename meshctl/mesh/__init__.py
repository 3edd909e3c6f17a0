"""The model of the mesh: every Istio semantic lives here, once."""

from meshctl.mesh.model import Mesh

__all__ = ["Mesh"]
