"""Places the nodes of a graph in layers from left to right, and leads edges between them.

The steps of Sugiyama's method: cycles are broken by a depth-first search, layers are longest paths,
edges over several layers get a point in each, and barycentres put the nodes of a layer in order.
Every part that hangs together is placed by itself; nodes without any edge fill a grid below.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

WIDTH, HEIGHT = 188, 48
_ACROSS, _BETWEEN, _NARROW = 104, 18, 12
_SWEEPS, _SETTLING = 8, 6
_MOST_POINTS = 3_000
"""Points of edges between layers: more of them take time, and nobody could follow the edges."""
_MARGIN = 12
_SCREEN = 1_240.0
_GRID = 6

Point = tuple[float, float]
Way = tuple[str, str]


class Layout(NamedTuple):
    """Where everything is, in pixels: the upper left corner of each node, the points of each way.

    A way starts and ends at the sides of its nodes; one from a node to itself isn't there.
    """

    width: float
    height: float
    places: dict[str, Point]
    ways: dict[Way, tuple[Point, ...]]


def layout(nodes: Sequence[str], edges: Iterable[Way]) -> Layout:
    """Place nodes; the same input gives the same picture."""
    known = set(nodes)
    ways = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1] and set(edge) <= known]
    places: dict[str, Point] = {}
    points: dict[Way, tuple[Point, ...]] = {}
    alone, members = _parts(nodes, ways)
    parts = [_Part(names, own) for names, own in members]
    shelves = _Shelves(max((part.width for part in parts), default=0))
    for part in parts:
        left, top = shelves.room(part.width, part.height)
        places |= {name: (x + left, y + top) for name, (x, y) in part.corners.items()}
        points |= {
            way: tuple((x + left, y + top) for x, y in several)
            for way, several in part.ways().items()
        }
    top, right = shelves.bottom, shelves.right
    for number, name in enumerate(alone):
        row, column = divmod(number, _GRID)
        places[name] = (column * (WIDTH + _BETWEEN), top + row * (HEIGHT + _BETWEEN))
    if alone:
        rows, columns = -(-len(alone) // _GRID), min(len(alone), _GRID)
        top += rows * (HEIGHT + _BETWEEN)
        right = max(right, columns * (WIDTH + _BETWEEN))
    return _moved(Layout(right, top, places, points))


class _Shelves:
    """Puts parts side by side as far as they fit, and the next ones below."""

    def __init__(self, widest: float) -> None:
        self._limit = max(widest, _SCREEN)
        self._left = self._top = self._height = 0.0
        self.right = 0.0

    def room(self, width: float, height: float) -> Point:
        """Give the corner of the next part."""
        if self._left and self._left + width > self._limit:
            self._left, self._top = 0.0, self.bottom
            self._height = 0.0
        corner = self._left, self._top
        self.right = max(self.right, self._left + width)
        self._left += width + _ACROSS
        self._height = max(self._height, height)
        return corner

    @property
    def bottom(self) -> float:
        """Where the next shelf begins."""
        return self._top + self._height + 2 * _BETWEEN if self._height else self._top


def _moved(found: Layout) -> Layout:
    """Leave a margin around everything, and whole numbers."""

    def moved(point: Point) -> Point:
        return round(point[0] + _MARGIN, 1), round(point[1] + _MARGIN, 1)

    return Layout(
        round(found.width + 2 * _MARGIN), round(found.height + 2 * _MARGIN),
        {name: moved(place) for name, place in found.places.items()},
        {way: tuple(map(moved, several)) for way, several in found.ways.items()},
    )  # fmt: skip


_Members = tuple[list[str], list[Way]]


def _parts(nodes: Sequence[str], ways: Sequence[Way]) -> tuple[list[str], list[_Members]]:
    """Part nodes without edges from those that hang together, the largest parts first."""
    root = {name: name for name in nodes}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    joined = set()
    for source, target in ways:
        joined |= {source, target}
        root[find(source)] = find(target)
    groups: dict[str, _Members] = {}
    for name in nodes:
        if name in joined:
            groups.setdefault(find(name), ([], []))[0].append(name)
    for way in ways:
        groups[find(way[0])][1].append(way)
    order = sorted(groups.values(), key=lambda group: -len(group[0]))
    return [name for name in nodes if name not in joined], order


class _Part:
    """Nodes that hang together."""

    def __init__(self, members: Sequence[str], ways: Sequence[Way]) -> None:
        self._members = members
        self._given = ways
        self._rank: dict[str, int] = {}
        self._layers: list[list[str]] = []
        self._before: dict[str, list[str]] = {}
        self._after: dict[str, list[str]] = {}
        self._chains: dict[Way, list[str]] = {}
        self._y: dict[str, float] = {}
        self._place()

    def _place(self) -> None:
        """Find layers, order and heights."""
        turned = _back_edges(self._members, self._given)
        forward = [(way[1], way[0]) if way in turned else way for way in self._given]
        self._rank = _ranks(self._members, forward)
        self._join(turned, forward)
        self._fill()
        self._order()
        self._settle()

    def _join(self, turned: set[Way], forward: Sequence[Way]) -> None:
        """Join nodes, edges over few layers first; the longest go straight once points run out."""
        left = _MOST_POINTS
        spans = [self._rank[target] - self._rank[source] for source, target in forward]
        for number in sorted(range(len(spans)), key=spans.__getitem__):
            way, (source, target) = self._given[number], forward[number]
            left -= spans[number] - 1
            chain = self._chain(source, target, is_straight=left < 0)
            self._chains[way] = chain[::-1] if way in turned else chain

    def _chain(self, source: str, target: str, *, is_straight: bool) -> list[str]:
        """Join two nodes by a point in each layer between them."""
        first, last = self._rank[source], self._rank[target]
        inner = () if is_straight else range(first + 1, last)
        between = [f"\0{source}\0{target}\0{rank}" for rank in inner]
        for rank, name in enumerate(between, first + 1):
            self._rank[name] = rank
        chain = [source, *between, target]
        for before, other in pairwise(chain):
            self._after.setdefault(before, []).append(other)
            self._before.setdefault(other, []).append(before)
        return chain

    def _fill(self) -> None:
        self._layers = [[] for _ in range(max(self._rank.values()) + 1)]
        for name, rank in self._rank.items():
            self._layers[rank].append(name)

    def _order(self) -> None:
        """Sort every layer by the mean place of its neighbours, back and forth."""
        if max(map(len, self._layers)) == 1:
            return
        place = {name: at for layer in self._layers for at, name in enumerate(layer)}
        for sweep in range(_SWEEPS):
            is_forth = sweep % 2 == 0
            near = self._before if is_forth else self._after
            for layer in self._layers if is_forth else reversed(self._layers):
                wanted = {name: _mean(near.get(name, ()), place, place[name]) for name in layer}
                layer.sort(key=wanted.__getitem__)
                place |= {name: at for at, name in enumerate(layer)}

    def _settle(self) -> None:
        """Move nodes towards their neighbours as far as those of the same layer let them."""
        for layer in self._layers:
            self._y |= _apart(layer, dict.fromkeys(layer, 0.0))
        for turn in range(_SETTLING):
            near = self._before if turn % 2 == 0 else self._after
            for layer in self._layers if turn % 2 == 0 else reversed(self._layers):
                wanted = {name: _mean(near.get(name, ()), self._y, self._y[name]) for name in layer}
                self._y |= _apart(layer, wanted)
        least = min(self._y.values())
        self._y = {name: y - least for name, y in self._y.items()}

    @property
    def corners(self) -> dict[str, Point]:
        """The corners of nodes."""
        return {
            name: (self._rank[name] * (WIDTH + _ACROSS), self._y[name]) for name in self._members
        }

    @property
    def width(self) -> float:
        """How wide it is."""
        return len(self._layers) * (WIDTH + _ACROSS) - _ACROSS

    @property
    def height(self) -> float:
        """How high it is."""
        return max(self._y.values()) + HEIGHT

    def ways(self) -> dict[Way, tuple[Point, ...]]:
        """Give the points of every way: out of a side, through the layers, into a side."""
        found: dict[Way, tuple[Point, ...]] = {}
        for way, chain in self._chains.items():
            is_forth = self._rank[chain[0]] < self._rank[chain[-1]]
            ends = (WIDTH, 0) if is_forth else (0, WIDTH)
            points: list[Point] = []
            for number, name in enumerate(chain):
                x, y = self._rank[name] * (WIDTH + _ACROSS), self._y[name] + HEIGHT / 2
                if number in {0, len(chain) - 1}:
                    points.append((x + ends[number > 0], y))
                else:
                    points += [(x, y), (x + WIDTH, y)] if is_forth else [(x + WIDTH, y), (x, y)]
            found[way] = tuple(points)
        return found


def _back_edges(nodes: Sequence[str], ways: Sequence[Way]) -> set[Way]:
    """Find edges that close a cycle, as a depth-first search meets them."""
    after: dict[str, list[str]] = {}
    entered = dict.fromkeys(nodes, 0)
    for source, target in ways:
        after.setdefault(source, []).append(target)
        entered[target] += 1
    found: set[Way] = set()
    done: set[str] = set()
    open_: set[str] = set()
    for start in sorted(nodes, key=lambda name: entered[name]):
        if start in done:
            continue
        stack = [(start, iter(after.get(start, ())))]
        open_.add(start)
        while stack:
            name, targets = stack[-1]
            target = next(targets, "")
            if not target:
                stack.pop()
                open_.discard(name)
                done.add(name)
            elif target in open_:
                found.add((name, target))
            elif target not in done:
                open_.add(target)
                stack.append((target, iter(after.get(target, ()))))
    return found


def _ranks(nodes: Sequence[str], ways: Sequence[Way]) -> dict[str, int]:
    """Give each node the length of the longest path to it; sources stand next to their targets."""
    after: dict[str, list[str]] = {}
    waits = dict.fromkeys(nodes, 0)
    for source, target in ways:
        after.setdefault(source, []).append(target)
        waits[target] += 1
    sources = [name for name in nodes if not waits[name]]
    ranks = dict.fromkeys(nodes, 0)
    todo = list(sources)
    for name in todo:
        for target in after.get(name, ()):
            ranks[target] = max(ranks[target], ranks[name] + 1)
            waits[target] -= 1
            if not waits[target]:
                todo.append(target)
    for name in sources:
        if name in after:
            ranks[name] = min(ranks[target] for target in after[name]) - 1
    return ranks


def _mean(names: Iterable[str], values: Mapping[str, float], other: float) -> float:
    found = [values[name] for name in names]
    return sum(found) / len(found) if found else other


def _apart(layer: Sequence[str], wanted: Mapping[str, float]) -> dict[str, float]:
    """Give places as near to the wanted ones as the order and the distances allow.

    The mean of pushing downwards from the top and upwards from the bottom keeps both.
    """
    if len(layer) == 1:
        return {layer[0]: wanted[layer[0]]}
    down: list[float] = []
    for name in layer:
        least = down[-1] + _distance(layer[len(down) - 1], name) if down else wanted[name]
        down.append(max(wanted[name], least))
    up: list[float] = []
    for index in range(len(layer) - 1, -1, -1):
        name = layer[index]
        most = up[-1] - _distance(name, layer[index + 1]) if up else wanted[name]
        up.append(min(wanted[name], most))
    return {
        name: (low + high) / 2 for name, low, high in zip(layer, down, reversed(up), strict=True)
    }


def _distance(one: str, other: str) -> float:
    """How far two neighbours of a layer stand apart; points of edges take less room."""
    is_thin = one.startswith("\0") or other.startswith("\0")
    if one.startswith("\0") and other.startswith("\0"):
        return _NARROW
    return HEIGHT / (1.5 if is_thin else 1) + _BETWEEN
