"""A namespace says neither that its pods get sidecars nor that they don't.

Without a label no webhook injects its pods, so they run outside the mesh: no mutual TLS, no policy,
no telemetry. That may be meant; a label says so.

Fix: label the namespace `istio-injection=enabled`, `istio.io/rev=<revision>` or
`istio.io/dataplane-mode=ambient`, or `istio-injection=disabled` when it is to stay outside.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import is_system, says_nothing
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Namespace, severity=Severity.INFO, equivalents=("IST0102",), since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report application namespaces without any injection label, unless that means yes."""
    if is_system(namespace.name, mesh.config.root_namespace) or not says_nothing(namespace):
        return
    if mesh.injection.webhooks.is_on_by_default() is None:
        yield Finding(
            namespace.at("metadata", "name"),
            "no label says whether pods here join the mesh, so they get no sidecar",
        )
