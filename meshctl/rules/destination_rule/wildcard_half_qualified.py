"""A DestinationRule is for `*.NAMESPACE`, which stands for no host.

Wildcards are compared with whole host names, and those of Services end in `.NAMESPACE.svc.cluster.local`. The rule is for none of
them: its TLS settings and limits hold nowhere, without any error.

Fix: write `*.NAMESPACE.svc.cluster.local`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report wildcards that end with a namespace, and that no host of the input ends with."""
    host = destination_rule.host
    home = host.removeprefix("*.").removesuffix(".svc")
    if not host.startswith("*.") or home not in mesh.registry.namespaces_with_services:
        return
    if next(mesh.registry.covered_by(host), None) is None:
        meant = f"*.{home}.svc.{mesh.config.domain}"
        yield Finding(
            destination_rule.spec.at("host"),
            f"no host ends with {host.removeprefix('*')}: Services of namespace {home} are {meant}",
        ).fixed_by(put(destination_rule.spec.at("host"), meant), safe=False)
