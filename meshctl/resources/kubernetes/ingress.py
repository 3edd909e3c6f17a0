"""Reads Ingresses, which few ask about, so that they have no view of their own."""

from collections.abc import Iterator

from meshctl.istio.annotation_names import INGRESS_CLASS
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views

GROUPS = ("networking.k8s.io", "extensions")
CONTROLLER = "istio.io/ingress-controller"
"""What an IngressClass names whose Ingresses Istio serves."""


def class_of(ingress: Resource) -> str:
    """The class that an Ingress asks for, by its field or by the older annotation; empty for none."""
    return ingress.spec.text("ingressClassName") or ingress.annotations.get(INGRESS_CLASS, "")


def backends_of(ingress: Resource) -> Iterator[View]:
    """Walk what an Ingress says of Services: ``name`` and ``port``, the default one first."""
    yield ingress.spec.child("defaultBackend", "service")
    for view in views(ingress.spec, "rules", View):
        for path in views(view.child("http"), "paths", View):
            yield path.child("backend", "service")
