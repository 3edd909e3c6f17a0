"""A Canary names a workload that doesn't exist.

Flagger waits for it: no primary is made, no Service and no route, so that nothing answers under the
name of the Service.

Fix: correct kind and name in `targetRef`; the workload must be in the namespace of the Canary.
"""

from collections.abc import Iterator
from itertools import islice

from meshctl.mesh import Mesh
from meshctl.resources import Canary
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=Canary, severity=Severity.ERROR, since="0.1.0")
def check(canary: Canary, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets where the input shows workloads of the namespace."""
    kind, name = canary.target.text("kind") or "Deployment", canary.target.text("name")
    if kind not in {"Deployment", "DaemonSet"} or not name:
        return
    shown = mesh.knows.all_of("Pod", canary.namespace)
    if not shown:
        yield NotChecked(shown.reason)
        return
    known = mesh.workloads.names_of(kind, canary.namespace)
    if name not in known:
        has = ", ".join(islice(known, 5)) or "none"
        finding = Finding(
            canary.target.at("name"),
            f"namespace {canary.namespace} has no {kind} {quoted(name)}; it has {has}",
            severity=None if mesh.is_whole else Severity.WARNING,
        )
        meant = known.only(name)
        yield finding.fixed_by(put(finding.ref, meant), safe=False) if meant else finding
