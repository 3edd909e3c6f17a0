"""Fits a line to measurements of which some are far off (Theil-Sen).

The slope is the median of the slopes between all pairs of points, its interval comes from the
distribution of Kendall's statistic (Sen 1968): neither minds a fifth of bad points. Where the points
can't carry a line, there is none, and a sentence says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import median

FEWEST = 8
"""Fewer pods than this say nothing."""
SPREAD = 2.0
"""The largest configuration has to be so many times the smallest."""
_MOST_POINTS = 400
_NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Line:
    """``base + slope * x``; ``low`` and ``high`` bound the slope with 95 % confidence."""

    base: float
    slope: float
    low: float
    high: float
    points: int

    def at(self, x: float) -> float:
        """The value that the line gives."""
        return self.base + self.slope * x


@dataclass(frozen=True, slots=True)
class NoLine:
    """Why no line is drawn."""

    reason: str


def fit(points: Sequence[tuple[float, float]]) -> Line | NoLine:
    """Fit a line through (x, y), or say why these points can't carry one."""
    if len(points) < FEWEST:
        return NoLine(f"{len(points)} pods are too few, {FEWEST} are needed")
    smallest, largest = min(x for x, _ in points), max(x for x, _ in points)
    if largest < SPREAD * max(smallest, 1):
        return NoLine(
            f"the proxies are sent nearly the same ({smallest:g} to {largest:g} clusters), so "
            "nothing tells what a cluster costs"
        )
    chosen = _thinned(sorted(points))
    slopes = sorted(
        (y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(chosen, 2) if x1 != x2
    )
    slope = median(slopes)
    low, high = _interval(slopes, chosen)
    if low <= 0:
        return NoLine(
            f"memory doesn't grow with the configuration ({low:.3g} to {high:.3g} MiB a cluster): "
            "something else decides it here, such as traffic"
        )
    base = median(y - slope * x for x, y in points)
    return Line(base, slope, low, high, len(points))


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Take points evenly along x, as their pairs are all compared."""
    if len(points) <= _MOST_POINTS:
        return points
    step = len(points) / _MOST_POINTS
    return [points[int(number * step)] for number in range(_MOST_POINTS)]


def _interval(
    slopes: Sequence[float], points: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Bound the slope: as many slopes are cut off as chance moves Kendall's statistic."""
    number = len(points)
    variance = number * (number - 1) * (2 * number + 5) / 18
    ties: dict[float, int] = {}
    for x, _ in points:
        ties[x] = ties.get(x, 0) + 1
    variance -= sum(one * (one - 1) * (2 * one + 5) for one in ties.values()) / 18
    width = _NORMAL_95 * sqrt(max(variance, 0))
    lower = max(round((len(slopes) - width) / 2), 0)
    upper = min(round((len(slopes) + width) / 2), len(slopes) - 1)
    return slopes[lower], slopes[upper]
