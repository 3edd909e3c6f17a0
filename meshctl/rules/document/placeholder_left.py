"""A value still holds a placeholder that something should have replaced.

A `$(VAR)` of kustomize, a `${VAR}` of envsubst or a `NAME_PLACEHOLDER` in a host, a name or a
selector is taken literally: no host, Secret or pod has such a name. Each placeholder is told once, with
the number of its places and some of their files.

Fix: render the manifests before analysing and applying them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.resources.placeholders import find_placeholders
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first place of each placeholder of an object."""
    for placeholder, place in find_placeholders(resource):
        message = (
            f"{placeholder} was left in: the mesh takes the text as it stands, "
            "so render the manifest first"
        )
        yield Finding(place, message, subject=placeholder)
