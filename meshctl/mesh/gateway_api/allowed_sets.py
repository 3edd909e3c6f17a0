"""The ListenerSets that a Gateway allows to add listeners.

Mirrors NamespaceAcceptedByAllowListeners (pilot/pkg/config/kube/gatewaycommon/gateway_utils.go,
Istio 1.31): none, unless ``spec.allowedListeners`` says so.
"""

from collections.abc import Iterable

from meshctl.istio.labels import NAMESPACE_NAME
from meshctl.mesh.core.selectors import matches
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import KubernetesGateway, ListenerSet


def allowed_sets(
    gateway: KubernetesGateway, sets: Iterable[ListenerSet], workloads: Workloads
) -> tuple[ListenerSet, ...]:
    """Find the sets, of those that name the Gateway, whose namespaces it allows."""
    return tuple(
        listener_set for listener_set in sets if _allows(gateway, listener_set.namespace, workloads)
    )


def _allows(gateway: KubernetesGateway, namespace: str, workloads: Workloads) -> bool:
    allowed = gateway.spec.child("allowedListeners", "namespaces")
    match allowed.text("from"):
        case "All":
            return True
        case "Same":
            return namespace == gateway.namespace
        case "Selector" if allowed.has("selector"):
            known = workloads.namespace(namespace)
            labels = {} if known is None else known.labels
            labels = {**labels, NAMESPACE_NAME: namespace}
            return known is not None and matches(allowed.child("selector"), labels)
    return False
