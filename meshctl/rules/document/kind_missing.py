"""An object has no kind or no apiVersion.

Without both of them nothing can be applied, and no rule knows what the object is.

Fix: write `apiVersion` and `kind`.
"""

from collections.abc import Iterator

from meshctl.istio.kind_names import kind_named
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule

_BLOCKS = frozenset({"spec", "data", "stringData", "rules", "roleRef"})
"""What objects of Kubernetes hold; files of other tools have a kind and metadata as well."""


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report objects with only one of the two."""
    is_of_istio = resource.api_version.partition("/")[0].endswith("istio.io")
    if not resource.kind and (
        is_of_istio or (resource.api_version and (resource.metadata or "spec" in resource.data))
    ):
        yield Finding(resource.at("apiVersion"), "this object has an apiVersion but no kind")
    elif resource.kind and not resource.api_version and (
        kind_named(resource.kind) == resource.kind
        or (resource.metadata and not _BLOCKS.isdisjoint(resource.data))
    ):  # fmt: skip
        yield Finding(resource.at("kind"), f"this {resource.kind} has no apiVersion")
