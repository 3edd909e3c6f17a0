"""A Service is labelled as one for all clusters, with another word than the one that counts.

In ambient mode Services belong to their own cluster. The mesh config that the profile `ambient`
installs shares those labelled `istio.io/global: "true"` with other clusters, and no others.

Fix: write `"true"`, or remove the label.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_LABEL = "istio.io/global"


@rule(on=Service, severity=Severity.WARNING, since="0.1.0", holds=(_LABEL,))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report other words, unless the mesh config chooses the Services to share."""
    word = service.labels.get(_LABEL, "true")
    if word not in {"true", "false"} and not mesh.config.raw.get("serviceScopeConfigs"):
        place = service.at("metadata", "labels", _LABEL)
        yield Finding(place, f"{quoted(word)} shares this Service with no other cluster").fixed_by(
            put(place, "true"), safe=False
        )
