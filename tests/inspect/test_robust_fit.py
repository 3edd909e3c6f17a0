"""A line through measurements, and when there is none."""

import random

import pytest

from meshctl.inspect.size.robust_fit import Line, NoLine, fit


def points(number: int, *, bad: int = 0, seed: int = 1) -> list[tuple[float, float]]:
    noise = random.Random(seed)
    found = [(10.0 + 5 * n, 38 + 0.11 * (10 + 5 * n) + noise.uniform(-1, 1)) for n in range(number)]
    return [(x, y + 300) if n < bad else (x, y) for n, (x, y) in enumerate(found)]


def test_the_line_is_found_and_its_interval_holds_it() -> None:
    line = fit(points(40))
    assert isinstance(line, Line)
    assert line.low <= 0.11 <= line.high
    assert line.slope == pytest.approx(0.11, abs=0.01)
    assert line.base == pytest.approx(38, abs=1)
    assert line.at(100) == pytest.approx(49, abs=1)


def test_a_few_leaks_hardly_move_it() -> None:
    line = fit(points(40, bad=4))
    assert isinstance(line, Line)
    assert line.slope == pytest.approx(0.11, abs=0.02)


def test_many_points_are_thinned_evenly() -> None:
    line = fit(points(2000))
    assert isinstance(line, Line)
    assert (2000, True) == (line.points, abs(line.slope - 0.11) < 0.001)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "0 pods are too few, 8 are needed"),
        (points(7), "7 pods are too few"),
        ([(50.0, 40.0 + n) for n in range(20)], "nearly the same (50 to 50 clusters)"),
        ([(10.0 * n, 50.0 + n % 3) for n in range(1, 20)], "memory doesn't grow"),
    ],
)
def test_what_carries_no_line(given: list[tuple[float, float]], reason: str) -> None:
    found = fit(given)
    assert isinstance(found, NoLine)
    assert reason in found.reason
