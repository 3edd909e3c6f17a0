"""istiod fetches the keys of RequestAuthentications from any address.

Whoever may write a RequestAuthentication makes istiod send requests to the `jwksUri` of their
choice, such as a metadata service of the cloud, from inside the cluster.

Fix: set the environment variable `BLOCKED_CIDRS_IN_JWKS_URIS` of istiod to the address ranges it
must not call.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import age
from meshctl.resources import RequestAuthentication, View, Workload
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import amount

_VARIABLE = "BLOCKED_CIDRS_IN_JWKS_URIS"
_SHOWN = 3


@rule(on=Workload, severity=Severity.WARNING, equivalents=("IST0175",), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report an istiod without the variable where there are RequestAuthentications."""
    if workload.kind != "Deployment" or workload.labels.get("app") != "istiod":
        return
    policies = sorted(mesh.of(RequestAuthentication), key=age)
    if not policies:
        return
    variables = [
        variable
        for container in workload.containers
        for variable in views(container, "env", View)
        if variable.text("name") == _VARIABLE
    ]
    if any(variable.text("value") or variable.has("valueFrom") for variable in variables):
        return
    finding = Finding(
        workload.at("metadata", "name"),
        f"{_VARIABLE} is not set, so {amount(len(policies), 'RequestAuthentication')} may have "
        "istiod fetch keys from any address",
    )
    for policy in policies[:_SHOWN]:
        finding = finding.also(policy.at("metadata", "name"), "may name an address")
    yield finding
