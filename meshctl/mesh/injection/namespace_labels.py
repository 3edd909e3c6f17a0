"""Reads the injection labels of a namespace.

Mirrors the namespace selectors of the injection webhooks (manifests/charts/istio-control/
istio-discovery/templates/mutatingwebhook.yaml, Istio 1.31): those of revisions ask that
``istio-injection`` is absent.
"""

from meshctl.istio.labels import DATAPLANE_MODE, INJECTION, REVISION
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.resources import Namespace
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES


def is_system(name: str, root_namespace: str) -> bool:
    """Is it a namespace of Kubernetes or of the control plane?"""
    return name in SYSTEM_NAMESPACES or name in {root_namespace, ISTIO_NAMESPACE}


def says_nothing(namespace: Namespace) -> bool:
    """Has it no label that decides about sidecars or ambient mode?"""
    labels = namespace.labels
    return not labels.get(INJECTION) and REVISION not in labels and DATAPLANE_MODE not in labels


def injection_labels(namespace: Namespace) -> dict[str, str]:
    """The labels that ask for a way into the mesh, the one that acts first."""
    labels = namespace.labels
    injection = labels.get(INJECTION)
    found = {INJECTION: injection} if injection == "enabled" else {}
    if injection in {None, "enabled"}:
        found |= {REVISION: labels[REVISION]} if REVISION in labels else {}
        if labels.get(DATAPLANE_MODE) == "ambient":
            found[DATAPLANE_MODE] = "ambient"
    return found
