"""Tells which Ingresses Istio serves, and which gateway pods do.

Mirrors shouldProcessIngressWithClass and getIngressGatewaySelector (pilot/pkg/config/kube/ingress,
Istio 1.31).
"""

from collections.abc import Mapping
from typing import Any

from meshctl.istio.annotation_names import DEFAULT_INGRESS_CLASS, INGRESS_CLASS
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Resource
from meshctl.resources.kubernetes.ingress import CONTROLLER, GROUPS

_DEFAULT_CLASS = "istio"
_DEFAULT_SELECTOR = "ingressgateway"
_PREFIX = "istio-"


class Ingresses:
    """Answers for the Ingresses of a mesh."""

    def __init__(self, inventory: Inventory, workloads: Workloads) -> None:
        raw: Mapping[str, Any] = inventory.config.raw
        self._mode = str(raw.get("ingressControllerMode") or "STRICT")
        self._class = str(raw.get("ingressClass") or _DEFAULT_CLASS)
        classes = [one for one in inventory.resources if one.kind == "IngressClass"]
        self._classes = {one.name: one.spec.text("controller") for one in classes}
        self._default = next(
            (one.name for one in classes if one.annotations.get(DEFAULT_INGRESS_CLASS) == "true"),
            "",
        )
        """What the API server writes into Ingresses without a class."""
        written, service = raw.get("ingressSelector"), raw.get("ingressService")
        name = str(written or str(service or "").removeprefix(_PREFIX) or _DEFAULT_SELECTOR)
        self.selector = {"istio": name}
        self.homes = frozenset(workload.namespace for workload in workloads.find(self.selector))
        """The namespaces of the gateway's pods, which read their Secrets there; empty if unknown."""
        self.namespace = min(self.homes, default=inventory.config.root_namespace)
        """The first of them, else where Istio is."""

    def lacks_class(self, ingress: Resource) -> bool:
        """Has the input no object of the class that an Ingress asks for by the usual name of Istio's?

        Without it istiod passes over the Ingress, in its usual mode.
        """
        is_asked = ingress.annotations.get(INGRESS_CLASS) is None
        name = ingress.spec.text("ingressClassName")
        absent = name == _DEFAULT_CLASS and name not in self._classes
        is_ingress = ingress.kind == "Ingress" and ingress.group in GROUPS
        return is_ingress and is_asked and absent and self._mode == "STRICT"

    def is_left_alone(self, ingress: Resource) -> bool:
        """Is it meant for Istio, whose mesh config turns the controller of Ingresses off?"""
        return self._mode == "OFF" and self._is_of_istio(ingress)

    def has(self, ingress: Resource) -> bool:
        """Does Istio serve it?"""
        return self._mode != "OFF" and self._is_of_istio(ingress)

    def _is_of_istio(self, ingress: Resource) -> bool:
        if ingress.kind != "Ingress" or ingress.group not in GROUPS:
            return False
        annotation = ingress.annotations.get(INGRESS_CLASS)
        if annotation is not None:
            return annotation == self._class
        name = ingress.spec.text("ingressClassName") or self._default
        if name:
            return (
                self._classes.get(name, CONTROLLER if name == _DEFAULT_CLASS else "") == CONTROLLER
            )
        return self._mode == "DEFAULT"
