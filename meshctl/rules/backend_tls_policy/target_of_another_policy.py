"""Two BackendTLSPolicies are for one backend.

The older one counts, or the first one by name where they are equally old; the other one is passed over
(`Accepted: False`, reason `Conflicted`).

Fix: leave one policy, or name different ports by `sectionName`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.WARNING, since="0.1.0", needs=("BackendTLSPolicy[1]",))
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the targets for which another policy counts."""
    for target in policy.targets:
        rival = mesh.traffic.backend_tls.rival(policy, target)
        if rival is not None:
            yield Finding(
                target.at("name"),
                f"{rival.key_name} is for {target.kind} {target.name} as well, and only one of the two counts",
            ).also(rival.spec.at("targetRefs"), "is for it as well")
