"""A policy on a gateway asks for an SNI that no server there takes.

`connection.sni` is the name that the client asks for when it opens TLS. A gateway closes connections
with another name than those of its servers before any policy is asked: an ALLOW rule for such a name
lets nobody in, a DENY rule refuses nobody.

Fix: write one of the hosts of the Gateway's TLS servers.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import overlaps
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_KEY = "connection.sni"


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report values that have no host in common with the servers of the gateways."""
    if policy.target_refs:
        return
    for entry in policy.rules:
        for condition in entry.conditions:
            if condition.text("key") != _KEY:
                continue
            names = mesh.clauses.client_certificates.server_names(policy)
            for index, value in enumerate(condition.texts("values") if names else ()):
                is_plain = "*" not in value.removeprefix("*.")
                if is_plain and not any(overlaps(value, name) for name in names):
                    yield Finding(
                        condition.at("values", index),
                        f"no client is let in with SNI {quoted(value)}: the servers have "
                        f"{' and '.join(sorted(names)[:3])}",
                        severity=None if policy.action == "ALLOW" else Severity.INFO,
                    )
