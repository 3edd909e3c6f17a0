"""Running pods have another proxy image than the injector would give them now.

They were injected before the control plane was upgraded. Data planes older than the control plane
by more than two minor versions are not supported, and they miss fixes.

Fix: restart the workloads of the namespace, for instance with `kubectl rollout restart`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, rule

_SHOWN = 5


@rule(on=Namespace, severity=Severity.WARNING, equivalents=("IST0158",), since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report a namespace once, with its first pods."""
    found = sorted(mesh.injection.proxy_images.outdated(namespace), key=lambda pair: pair[0].name)
    settings = mesh.injection.proxy_images.settings(namespace)
    if not found or settings is None:
        return
    names = ", ".join(f"{pod.name} ({image})" for pod, image in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    finding = Finding(
        namespace.at("metadata", "name"),
        f"the injector gives pods here {settings.proxy_image()}, but there run {names}{more}",
    )
    for pod, _ in found[:_SHOWN]:
        finding = finding.also(pod.at("metadata", "name"), "was injected with another image")
    yield finding
