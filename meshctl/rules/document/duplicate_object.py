"""Two documents that are applied together declare the same object.

`kubectl apply` takes them one after the other, so the last one silently wins and everything that
only the first one says is lost. A file is applied as a whole, and so are the files that one
kustomization lists. Files of other directories may be alternatives, such as the overlays of two
clusters: each is judged with what stands beside it, and only what is wrong in every one of them
is reported.

Fix: remove one of the two, rename one, or merge them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report every object after the first of its identity."""
    first = mesh.first_of(resource)
    if first is resource or not resource.name:
        return
    if not first.is_applied_with(resource):
        yield NotChecked(_apart(first.directory or ".", resource.directory or "."))
        return
    same = first.data == resource.data
    effect = "with the same content" if same else "and the last one applied wins"
    yield Finding(
        resource.at("metadata", "name"), f"{resource.title} is declared twice, {effect}"
    ).also(first.at("metadata", "name"), "declared first here")


def _apart(first: str, second: str) -> str:
    if first == second:
        return f"several files of {first} declare the same objects, and count as alternatives"
    one, other = sorted((first, second))
    return f"{one} and {other} declare the same objects, and count as alternatives"
