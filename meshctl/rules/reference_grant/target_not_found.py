"""A ReferenceGrant is for a Service that isn't there.

A grant with a name lets others refer to the object of that name alone. What refers to another one gets
`RefNotPermitted`, and its requests are answered with `500`.

Fix: correct `spec.to[].name`, or leave it out for all objects of the kind.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ReferenceGrant
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=ReferenceGrant, severity=Severity.WARNING, since="0.1.0", needs=("ReferenceGrant",))
def check(grant: ReferenceGrant, mesh: Mesh) -> Iterator[Outcome]:
    """Report names of Services that the namespace is known to lack."""
    for target in grant.targets:
        name = target.text("name")
        if (target.text("group"), target.text("kind")) != ("", "Service") or not name:
            continue
        if mesh.registry.at(mesh.registry.fqdn(name, grant.namespace)):
            continue
        if known := mesh.knows.all_of("Service", grant.namespace):
            text = f"namespace {grant.namespace} has no Service {quoted(name)}"
            yield Finding(target.at("name"), f"{text}, so that this entry lets nothing in")
        else:
            yield NotChecked(known.reason)
