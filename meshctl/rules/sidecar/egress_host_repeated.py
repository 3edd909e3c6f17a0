"""An egress host of a Sidecar is imported by another entry of the same listener already.

It changes nothing; mostly another namespace or host was meant.

Fix: remove the entry of `egress[].hosts`, or name the host that was meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.sidecar_scope import repeated_entries
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Sidecar, severity=Severity.INFO, since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries that another one of their listener covers."""
    for entry, other in repeated_entries(sidecar):
        yield (
            Finding(
                entry.ref,
                f"{entry.namespace}/{entry.host} is imported already, by "
                f"{other.namespace}/{other.host}",
            )
            .also(other.ref, "imports the host")
            .fixed_by(
                delete(entry.ref),
                safe=(entry.namespace, entry.host) == (other.namespace, other.host),
            )
        )
