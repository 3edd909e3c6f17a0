"""A DestinationRule opens TLS with a `credentialName`, and sidecars then send plaintext.

Gateways fetch the Secret. Sidecars do so only for a DestinationRule with a `workloadSelector`;
without one istiod leaves the whole TLS setting out for them, so that what they send isn't encrypted
(buildUpstreamClusterTLSContext). A ConfigMap, `configmap://…`, is for everybody.

Fix: add a `workloadSelector` for the clients, with the Secret in their namespace, or mount the files
and name them by `caCertificates`, `clientCertificate` and `privateKey`, or go by an egress gateway.
"""

from collections.abc import Iterator

from meshctl.istio.names import CONFIG_MAP_CREDENTIAL
from meshctl.mesh import Mesh
from meshctl.mesh.security import originations
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_CODES = ("IST0128", "IST0129")


@rule(
    on=DestinationRule, severity=Severity.ERROR, equivalents=_CODES, since="0.1.0", holds=("credentialName",),
)  # fmt: skip
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report credentials for hosts that no gateway routes to."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    for tls, port in originations(destination_rule):
        name = tls.text("credentialName")
        if not name or name.startswith(CONFIG_MAP_CREDENTIAL):
            continue
        if destination_rule.workload_selector or mesh.traffic.destinations.comes_from_gateway(host):
            return
        where = f" on port {port}" if port is not None else ""
        yield Finding(
            tls.at("credentialName"),
            f"sidecars don't read credentialName without a workloadSelector, and send plaintext to "
            f"{host}{where}",
            severity=None if mesh.is_whole else Severity.WARNING,
        )
