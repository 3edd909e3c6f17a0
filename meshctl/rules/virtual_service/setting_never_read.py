"""A rule has a setting that nothing reads, because of another one.

Beside `redirect` or `directResponse` the proxy sends requests nowhere: timeouts, retries, mirrors and headers of
requests have no effect. `mirrorPercentage` is for `mirror` alone, and what a delegate says itself takes the place of
what its root says.

Fix: remove the setting, or what the message names.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0",
    holds=("redirect", "directResponse", "delegate", "mirrorPercentage", "mirrorPercent", "mirror_percent"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each setting; that of a root once, if all rules of its delegate have their own."""
    for unread in mesh.clauses.unread_settings.of(service):
        finding = Finding(unread.place, f"{unread.place.path[-1]} is not read: {unread.why}")
        finding = finding.fixed_by(delete(unread.place))
        yield finding if unread.other is None else finding.also(unread.other, "is in its way")
