"""Two documents declare the same object.

`kubectl apply` takes them one after the other, so the last one silently wins and everything that
only the first one says is lost. Which one is last depends on the order of files.

In different directories, which may be the overlays of different clusters, it is only a warning.

Fix: remove one of the two, rename one, or merge them; analyse the overlays of one cluster at a
time.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report every object after the first of its identity."""
    first = mesh.first_of(resource)
    if first is resource or not resource.name:
        return
    same = first.data == resource.data
    apart = first.directory != resource.directory
    effect = "with the same content" if same else "and the last one applied wins"
    yield Finding(
        resource.at("metadata", "name"),
        f"{resource.title} is declared twice, {effect}",
        severity=Severity.WARNING if same or apart else None,
    ).also(first.at("metadata", "name"), "declared first here")
