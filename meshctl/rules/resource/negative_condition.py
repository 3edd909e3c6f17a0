"""The status of an object says that a controller could not do what it asks for.

The controller has read the object and refused it, or a part of it: a waypoint that isn't ready, a
policy that ztunnel doesn't understand, a route whose parent doesn't take it. Only objects that were
read from a cluster have a status.

Fix: change the part of `spec` that the condition speaks of, or the object that it refers to.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import bad_conditions
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Resource, severity=Severity.WARNING, equivalents=("IST0171", "GWAPI"), since="0.1.0",
    holds=("status",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report each condition that is not met."""
    for condition in bad_conditions(resource):
        reason = condition.reason or "no reason given"
        yield Finding(
            condition.ref,
            f"condition {condition.type} is not met ({reason}): {condition.message}".rstrip(": "),
        )
