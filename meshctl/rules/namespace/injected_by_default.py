"""A namespace without labels is injected, because the control plane injects by default.

Istio is installed with `enableNamespacesByDefault`, so pods here get sidecars although nothing in
the namespace says so, and would lose them under a control plane without that setting.

Fix: label the namespace `istio-injection=enabled` or `istio-injection=disabled`, so that it says
itself what holds.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import is_system, says_nothing
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Namespace, severity=Severity.INFO, equivalents=("IST0148",), since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report application namespaces that the injector's default decides about."""
    if is_system(namespace.name, mesh.config.root_namespace) or not says_nothing(namespace):
        return
    settings = mesh.injection.webhooks.is_on_by_default()
    if settings is not None:
        yield Finding(
            namespace.at("metadata", "name"),
            "no label says whether pods here join the mesh; they get sidecars by default",
        ).also(settings.at("data", "values"), "enableNamespacesByDefault is true here")
