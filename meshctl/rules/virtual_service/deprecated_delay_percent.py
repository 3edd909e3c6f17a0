"""A fault delay is given in the deprecated field `percent`.

The field takes whole percents and may go with a later version.

Fix: write `percentage: {value: 50}` instead of `percent: 50`; it takes fractions too.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rename, rule

_CEL = (
    "!has(object.spec.http) || object.spec.http.all(r, !has(r.fault) || !has(r.fault.delay) "
    "|| !has(r.fault.delay.percent) || r.fault.delay.percent <= 0)"
)


@rule(
    on=VirtualService, severity=Severity.WARNING, equivalents=("IST0002",), since="0.1.0", cel=_CEL,
    holds=("percent",),
)  # fmt: skip
def check(virtual_service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report every `fault.delay.percent` above 0."""
    for route in virtual_service.http:
        delay = route.child("fault", "delay")
        percent = delay.number("percent") or 0
        if percent > 0:
            found = Finding(delay.key("percent"), "percent is deprecated; write percentage.value")
            if delay.has("percentage"):  # istiod reads that one alone
                yield found.fixed_by(delete(delay.at("percent")))
            else:
                yield found.fixed_by(
                    rename(delay.key("percent"), "percentage"),
                    put(delay.at("percent"), {"value": percent}),
                )
