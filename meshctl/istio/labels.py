"""Labels that Istio and Kubernetes give a meaning (pkg/config/labels, api/label, Istio 1.31)."""

REVISION = "istio.io/rev"
"""The revision of the control plane that injects a namespace or a pod."""
INJECTION = "istio-injection"
"""On a namespace: ``enabled`` or ``disabled``."""
