"""A percentage is 0 or a fraction of one, and it is counted out of a hundred.

`value: 0.1` is one request in a thousand, `value: 0` none at all: the mirror, delay or fault nearly
never happens, and a test that waits for it sees nothing.

Fix: write 10 for a tenth of the requests; remove a mirror or fault that is turned off.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Route, View, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.INFO, since="0.1.0",
    holds=("mirrorPercentage", "percentage"),
)  # fmt: skip
def check(service: VirtualService, _: Mesh) -> Iterator[Outcome]:
    """Report values below one."""
    for route in service.http:
        for what, percentage in _percentages(route):
            value = percentage.data.get("value", 0.0)
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1:
                share = "no request" if value == 0 else f"{value:g} of a hundred requests"
                yield Finding(percentage.at("value"), f"{what} happens to {share}")


def _percentages(route: Route) -> Iterator[tuple[str, View]]:
    """Walk the percentages of a rule, each with what happens to these requests."""
    for fault in (route.delay, route.abort):
        if fault.has("percentage"):
            yield f"the {fault.path[-1]}", fault.child("percentage")
    if route.has("mirrorPercentage"):
        yield "mirroring", route.child("mirrorPercentage")
    for index, item in route.items("mirrors"):
        if item.get("percentage") is not None:
            path = (*route.path, "mirrors", index, "percentage")
            yield "mirroring", View(route.resource, path, item["percentage"])
