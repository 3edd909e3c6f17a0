"""A fault delay is given in the deprecated field `percent`.

The field takes whole percents and may go with a later version.

Fix: write `percentage: {value: 50}` instead of `percent: 50`; it takes fractions too.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, equivalents=("IST0002",), since="0.1.0")
def check(virtual_service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report every `fault.delay.percent` above 0."""
    for route in virtual_service.http:
        delay = route.child("fault", "delay")
        if (delay.number("percent") or 0) > 0:
            yield Finding(delay.key("percent"), "percent is deprecated; write percentage.value")
