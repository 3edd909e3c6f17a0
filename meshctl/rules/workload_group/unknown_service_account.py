"""A WorkloadGroup names a service account that its namespace doesn't have.

A machine joins the mesh with a token of that account; without the account it gets neither token nor
certificate, and its proxy doesn't start.

Fix: create the ServiceAccount in the namespace, or correct `spec.template.serviceAccount`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadGroup
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WorkloadGroup, severity=Severity.WARNING, equivalents=("KIA1701",), since="0.1.0")
def check(group: WorkloadGroup, mesh: Mesh) -> Iterator[Outcome]:
    """Report accounts that are missing where the ServiceAccounts of the namespace are known."""
    template = group.spec.child("template")
    account = template.text("serviceAccount")
    exists = mesh.registry.service_accounts.exists(group.namespace, account) if account else True
    if exists is False:
        yield Finding(
            template.at("serviceAccount"),
            f"namespace {group.namespace} has no service account {quoted(account)}, so the machines get "
            "no certificate",
        )
    elif exists is None:
        yield NotChecked(mesh.knows.all_of("ServiceAccount", group.namespace).reason)
