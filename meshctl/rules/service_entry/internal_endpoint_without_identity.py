"""An endpoint inside the mesh says neither which identity it has nor whether it takes mutual TLS.

Auto mTLS sends mutual TLS to an endpoint only when it has a `serviceAccount` (or the label
`security.istio.io/tlsMode: istio`); others get plaintext. Where the policy is STRICT and a sidecar
runs at the endpoint, it resets the plaintext. If there is no sidecar it works, but then the
STRICT policy protects nothing.

Fix: write the `serviceAccount` of the endpoint if it has a sidecar; if not, say MESH_EXTERNAL or
label it `security.istio.io/tlsMode: disabled`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import TLS_MODE
from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.INFO, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report endpoints that get plaintext where the namespace or the mesh is STRICT."""
    demand = mesh.security.peer_authentications.of_namespace(entry.namespace)
    if entry.is_external or demand.mode is not Mode.STRICT or demand.ref is None:
        return
    for endpoint in entry.endpoints:
        if not endpoint.service_account and TLS_MODE not in endpoint.labels:
            yield Finding(
                endpoint.at("address"),
                f"{endpoint.address} gets plaintext, since it has no serviceAccount, in a "
                "namespace that is STRICT",
            ).also(demand.ref, "asks for mutual TLS")
