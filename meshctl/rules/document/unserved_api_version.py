"""An Istio object asks for an API version that no supported Istio serves.

The API server refuses it: the resource definition lists the versions that exist.

Fix: write one of the versions that the message names into `apiVersion`.
"""

from collections.abc import Iterator

from meshctl.istio.api_versions import served_versions
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report unknown versions of known kinds."""
    served = served_versions(resource.group, resource.kind)
    version = resource.api_version.rpartition("/")[2]
    if served and version not in served:
        choices = ", ".join(f"{resource.group}/{item}" for item in served)
        yield Finding(
            resource.at("apiVersion"),
            f"Istio serves no {version} of {resource.kind}, only {choices}",
        ).fixed_by(put(resource.at("apiVersion"), f"{resource.group}/{served[0]}"), safe=False)
