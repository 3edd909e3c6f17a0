"""Draws memory against clusters: as characters for a terminal, and as SVG for a page."""

from collections.abc import Sequence

from meshctl.inspect.size.answer import SIDECAR, MemoryModel, ProxyRow

_COLUMNS, _LINES = 56, 12
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 320, 56, 36

Point = tuple[float, float]


def points_of(rows: Sequence[ProxyRow]) -> list[Point]:
    """List the sidecars as clusters and MiB."""
    return [(row.counts.clusters, row.memory_mib) for row in rows if row.kind == SIDECAR]


def terminal_plot(rows: Sequence[ProxyRow], model: MemoryModel) -> list[str]:
    """Draw points as ``o`` and the line as dots; nothing for fewer than two points."""
    points = points_of(rows)
    if len({x for x, _ in points}) < 2:  # noqa: PLR2004 - one place is no plot
        return []
    right, top = _bounds(points, model)
    grid = [[" "] * _COLUMNS for _ in range(_LINES)]
    for column in range(_COLUMNS):
        x = right * column / (_COLUMNS - 1)
        _put(grid, column, _line_of(model.base_mib + model.mib_per_cluster * x, top), "·")
    for x, y in points:
        _put(grid, round(x / right * (_COLUMNS - 1)), _line_of(y, top), "o")
    drawn = [f"{top * (_LINES - 1 - n) / (_LINES - 1):7.0f} |{''.join(line)}".rstrip()
             for n, line in enumerate(grid)]  # fmt: skip
    axis = f"{0:<{_COLUMNS - 8}}{right:>8g}"
    return ["    MiB", *drawn, f"        +{'-' * _COLUMNS}", f"         {axis} clusters"]


def svg_plot(rows: Sequence[ProxyRow], model: MemoryModel) -> str:
    """Draw the same as SVG, without any text of the mesh."""
    points = points_of(rows)
    if not points:
        return ""
    right, top = _bounds(points, model)

    def place(x: float, y: float) -> Point:
        across = _LEFT + x / right * (_WIDTH - _LEFT - 12)
        return across, _HEIGHT - _BOTTOM - y / top * (_HEIGHT - _BOTTOM - 12)

    dots = "".join(
        f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="3.5"/>'
        for cx, cy in (place(*point) for point in points)
    )
    (x1, y1), (x2, y2) = place(0, model.base_mib), place(right, _at(model, right))
    left, bottom = place(0, 0)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Memory of sidecars by the '
        f'number of clusters">'
        f'<path d="M{left:.1f} 12V{bottom:.1f}H{_WIDTH - 12}" class="axis"/>'
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="fit"/>'
        f'<g class="points">{dots}</g><g>'
        f'<text x="4" y="20">{top:.0f} MiB</text><text x="4" y="{bottom:.0f}">0</text>'
        f'<text x="{_WIDTH - 110}" y="{_HEIGHT - 10}">{right:g} clusters</text></g></svg>'
    )


def _bounds(points: Sequence[Point], model: MemoryModel) -> Point:
    right = max(1, *(x for x, _ in points))
    return right, max(*(y for _, y in points), _at(model, right), 1) * 1.05


def _at(model: MemoryModel, x: float) -> float:
    return model.base_mib + model.mib_per_cluster * x


def _line_of(y: float, top: float) -> int:
    return _LINES - 1 - round(y / top * (_LINES - 1))


def _put(grid: list[list[str]], column: int, line: int, mark: str) -> None:
    if 0 <= line < _LINES:
        grid[line][column] = mark
