"""A listener takes its certificate from a namespace that doesn't let it.

A Gateway may use Secrets of its own namespace. For others it needs a ReferenceGrant there. Without
one the listener has no certificate, isn't programmed, and connections to it are reset.

Fix: write a ReferenceGrant, from this Gateway to Secrets, in the namespace of the Secret; or bring
the Secret into the namespace of the Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, Ref
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report Secrets of other namespaces that no ReferenceGrant lets this Gateway use."""
    passed_over = _passed_over(gateway, mesh)
    for listener in gateway.listeners:
        for certificate in listener.certificates:
            namespace, name = certificate.text("namespace"), certificate.text("name")
            if not namespace or mesh.reference_grants.allows_secret(gateway, namespace, name):
                continue
            is_passed_over = certificate.at("namespace") in passed_over
            effect = "passes it over" if is_passed_over else "has no certificate"
            if known := mesh.knows.all_of("ReferenceGrant", namespace):
                yield Finding(
                    certificate.at("namespace"),
                    f"no ReferenceGrant of namespace {namespace} lets Gateways of "
                    f"{gateway.namespace} use Secret {quoted(name)}, so listener {quoted(listener.name)} "
                    f"{effect}",
                )
            else:
                yield NotChecked(known.reason)


def _passed_over(gateway: KubernetesGateway, mesh: Mesh) -> set[Ref]:
    """The references beside a good one, so that the listener is served all the same."""
    read = mesh.gateway_api.gateway(gateway)
    listeners = read.listeners if read is not None else ()
    return {
        fault.ref for listener in listeners if listener.is_valid for fault in listener.tls.hidden
    }
