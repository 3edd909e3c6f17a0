"""Which version of the Gateway API does Istio need for a kind?

The minima are those of pkg/kube/crdwatcher (Istio 1.31); other kinds have none.
"""

import re

_MINIMA = {
    "grpcroutes.gateway.networking.k8s.io": (1, 1, 0),
    "backendtlspolicies.gateway.networking.k8s.io": (1, 4, 0),
    "tlsroutes.gateway.networking.k8s.io": (1, 5, 0),
    "tcproutes.gateway.networking.k8s.io": (1, 6, 0),
}
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def too_old(definition: str, version: str) -> str:
    """The version that Istio needs when this one is older; a pre-release counts as the release."""
    minimum = _MINIMA.get(definition)
    found = _VERSION.match(version)
    if minimum is None or found is None or tuple(map(int, found.groups())) >= minimum:
        return ""
    return "v" + ".".join(map(str, minimum))
