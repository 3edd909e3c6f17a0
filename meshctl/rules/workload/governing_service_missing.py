"""A StatefulSet names a governing Service that isn't there.

The headless Service of `serviceName` gives its pods their names, such as `db-0.db.shop.svc.cluster.local`.
Without it the names don't exist: pods don't find each other, and sidecars know none of them.

Fix: write the name of the headless Service in `serviceName`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", holds=("serviceName",))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report names without a Service in the namespace."""
    name, home = workload.spec.text("serviceName"), workload.namespace
    if workload.kind != "StatefulSet" or not name:
        return
    if mesh.registry.at(mesh.registry.fqdn(name, home)):
        return
    known = mesh.knows.all_of("Service", home)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        workload.spec.at("serviceName"),
        f"namespace {home} has no Service {quoted(name)}, so that these pods have no names",
    )
