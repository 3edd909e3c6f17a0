"""A Secret has the credentials of another cluster, and istiod doesn't read it.

istiod takes the Secrets of its own namespace that are labelled `istio/multiCluster: "true"`. Another one
is passed over without a word: the mesh has no endpoints of that cluster.

Fix: make the Secret with `istioctl create-remote-secret`, which labels it, in the namespace of istiod.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Secret
from meshctl.rules.api import Finding, Outcome, Severity, rule

_CLUSTER = "networking.istio.io/cluster"
_LABEL = "istio/multiCluster"


@rule(on=Secret, severity=Severity.WARNING, since="0.1.0", holds=(_CLUSTER, _LABEL))
def check(secret: Secret, mesh: Mesh) -> Iterator[Outcome]:
    """Report Secrets that name a cluster, without the label or elsewhere."""
    if _CLUSTER not in secret.annotations and _LABEL not in secret.labels:
        return
    if secret.labels.get(_LABEL) != "true":
        yield Finding(
            secret.key("metadata"), f'istiod reads no Secret without the label {_LABEL}: "true"'
        )
    elif secret.namespace != mesh.config.root_namespace:
        yield Finding(
            secret.at("metadata", "namespace"),
            f"istiod reads such Secrets in {mesh.config.root_namespace} alone, not in {secret.namespace}",
        )
