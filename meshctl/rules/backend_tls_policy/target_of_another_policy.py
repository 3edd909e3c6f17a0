"""Two BackendTLSPolicies are for one backend.

The older one counts, or the first one by name where they are equally old; the other one is passed over
(`Accepted: False`, reason `Conflicted`). For a port that a `sectionName` names, that policy counts; where each port of a
Service is named so, one for the whole Service is never used.

Fix: leave one policy, or name different ports by `sectionName`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.WARNING, since="0.1.0", needs=("BackendTLSPolicy[1]",))
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the targets for which another policy counts."""
    backend_tls = mesh.traffic.backend_tls
    for target in policy.targets:
        for parted in backend_tls.parted(target)[:1]:
            text = f"each port of {target.kind} {target.name} is named by a sectionName, as of {parted.key_name}"
            yield Finding(target.at("name"), f"{text}, so that this target is never used").also(
                parted.spec.at("targetRefs"), "names ports of it"
            )
        rival = backend_tls.rival(policy, target)
        if rival is not None:
            yield Finding(
                target.at("name"),
                f"{rival.key_name} is for {target.kind} {target.name} as well, and only one of the two counts",
            ).also(rival.spec.at("targetRefs"), "is for it as well")
