"""Weights that look like percentages don't add up to 100.

Istio has no rule that they must: each destination gets its weight divided by the sum. With 80 and
10 the shares are 88.9 % and 11.1 %, which is probably not what was counted on.

Fix: make the weights add up to 100, or use small numbers such as 9 and 1 if shares are meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_SMALLEST_PERCENTAGES = 20
_MEANT = frozenset({100, 1000, 10_000})


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("weight",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report sums beside 100; small sums are ratios, powers of ten are finer shares."""
    for route in service.routes:
        weights = [entry.weight or 0 for entry in route.routes]
        total = sum(weights)
        if len(weights) > 1 and total >= _SMALLEST_PERCENTAGES and total not in _MEANT:
            shares = ", ".join(f"{100 * weight / total:.1f} %" for weight in weights)
            yield Finding(
                route.key("route"),
                f"the weights add up to {total}, not 100; they are shares of that sum, so the "
                f"destinations get {shares}",
            )
