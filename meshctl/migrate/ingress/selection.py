"""Tells which Ingresses Istio serves, and which gateway workload does.

Mirrors shouldProcessIngressWithClass and getIngressGatewaySelector (pilot/pkg/config/kube/ingress,
Istio 1.31).
"""

from collections.abc import Mapping
from typing import Any

from meshctl.istio.annotation_names import INGRESS_CLASS
from meshctl.mesh import Mesh
from meshctl.resources import Resource

GROUPS = ("networking.k8s.io", "extensions")
CONTROLLER = "istio.io/ingress-controller"
_DEFAULT_CLASS = "istio"
_DEFAULT_SELECTOR = "ingressgateway"
_PREFIX = "istio-"


class IngressSelection:
    """Answers for the Ingresses of a mesh."""

    def __init__(self, mesh: Mesh) -> None:
        raw: Mapping[str, Any] = mesh.config.raw
        self._mode = str(raw.get("ingressControllerMode") or "STRICT")
        self._class = str(raw.get("ingressClass") or _DEFAULT_CLASS)
        self._classes = {
            resource.name: resource.spec.text("controller")
            for resource in mesh.resources
            if resource.kind == "IngressClass"
        }
        written, service = raw.get("ingressSelector"), raw.get("ingressService")
        name = str(written or str(service or "").removeprefix(_PREFIX) or _DEFAULT_SELECTOR)
        self.selector = {"istio": name}
        found = mesh.workloads.find(self.selector)
        self.namespace = found[0].namespace if found else mesh.config.root_namespace
        """Where the pods of the gateway are, which read their Secrets there."""

    def has(self, ingress: Resource) -> bool:
        """Does Istio serve it?"""
        if self._mode == "OFF":
            return False
        annotation = ingress.annotations.get(INGRESS_CLASS)
        if annotation is not None:
            return annotation == self._class
        name = ingress.spec.text("ingressClassName")
        if name:
            return (
                self._classes.get(name, CONTROLLER if name == _DEFAULT_CLASS else "") == CONTROLLER
            )
        return self._mode == "DEFAULT"


def is_ingress(resource: Resource) -> bool:
    """Is it an Ingress?"""
    return resource.kind == "Ingress" and resource.group in GROUPS
