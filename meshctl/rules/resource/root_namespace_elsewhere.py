"""A policy for the whole mesh lies in istio-system, and another namespace is the root.

Without a selector a policy is for its own namespace, and in the root namespace for the whole mesh. That is what
`rootNamespace` of the mesh config names: mutual TLS, denials and logs that are written for all in istio-system then hold for
the pods of istio-system alone, which is mostly nobody.

Fix: move the policy to the root namespace.
"""

from collections.abc import Iterator

from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.mesh import Mesh
from meshctl.resources import PeerAuthentication, Policy, Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule

_NAMES = (
    "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin",
)  # fmt: skip


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", holds=_NAMES)
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies that no workload of the mesh follows there."""
    root = mesh.config.root_namespace
    if root == ISTIO_NAMESPACE or mesh.config.doubt or resource.namespace != ISTIO_NAMESPACE:
        return
    if not isinstance(resource, (PeerAuthentication, Policy)) or resource.spec.has("selector"):
        return
    if isinstance(resource, Policy) and resource.target_refs:
        return
    if mesh.knows.all_of("Pod", ISTIO_NAMESPACE) and not mesh.workloads.in_mesh(ISTIO_NAMESPACE):
        yield Finding(
            resource.at("metadata", "namespace"),
            f"the root namespace is {root}, so this {resource.kind} is for the pods of {ISTIO_NAMESPACE} alone, none of "
            "which is in the mesh",
        )
