"""Running pods were injected by another revision than the one that injects here now.

Labels decide when a pod is made. After the namespace was labelled anew, or a tag was moved, pods
keep their proxy, and are served by the istiod of the old revision. Once that is removed, they get
neither configuration nor certificates any more.

Fix: restart the workloads of the namespace, for instance with `kubectl rollout restart`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_SHOWN = 5


@rule(on=Namespace, severity=Severity.WARNING, since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report a namespace once, with its first pods."""
    found = sorted(
        mesh.injection.proxy_revisions.left_behind(namespace), key=lambda one: one.pod.name
    )
    if not found:
        return
    names = ", ".join(f"{one.pod.name} ({quoted(one.revision)})" for one in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    current = " or ".join(quoted(one) for one in sorted({one.current for one in found}))
    finding = Finding(
        namespace.at("metadata", "name"),
        f"revision {current} injects pods here now, but there run pods of another one: "
        f"{names}{more}",
    )
    for one in found[:_SHOWN]:
        finding = finding.also(
            one.pod.at("metadata", "name"), f"of revision {quoted(one.revision)}"
        )
    yield finding
