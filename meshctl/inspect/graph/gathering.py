"""Gathers nodes and edges of a graph as they are found, each once, with all that is said of it.

What is said is added where it stands and put together at the end, so that many objects that meet at
one node cost what they are, and not their square.
"""

from collections.abc import Iterable
from dataclasses import replace

from meshctl.inspect.graph.picture import Edge, EdgeKind, Node
from meshctl.mesh.security.tls_connection import Result

_WORST = (
    Result.CONFLICT, Result.PLAINTEXT, Result.UNKNOWN, Result.NO_ENDPOINT, Result.TLS, Result.MTLS,
)  # fmt: skip
_DRAWN: tuple[EdgeKind, ...] = ("route", "call", "access", "client")


class Nodes:
    """The nodes by id; each is what was added first, and all facts and objects of it."""

    def __init__(self) -> None:
        self._first: dict[str, Node] = {}
        self._facts: dict[str, dict[str, None]] = {}
        self._objects: dict[str, dict[str, None]] = {}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._first

    def __getitem__(self, id_: str) -> Node:
        return self._first[id_]

    def add(self, found: Node) -> str:
        """Add a node, or the facts and objects of one to a known one; give its id."""
        if found.id not in self._first:
            self._first[found.id] = found
            self._facts[found.id], self._objects[found.id] = {}, {}
        self.say(found.id, found.facts, found.objects)
        return found.id

    def say(self, id_: str, facts: Iterable[str], objects: Iterable[str] = ()) -> None:
        """Add facts and objects to a known node."""
        self._facts[id_].update(dict.fromkeys(facts))
        self._objects[id_].update(dict.fromkeys(objects))

    def drawn(self) -> list[Node]:
        """List them in the order of their ids."""
        return [
            replace(self._first[id_], facts=tuple(self._facts[id_]), objects=tuple(objects))
            for id_, objects in sorted(self._objects.items())
        ]


class _Way:
    """What is said of an edge."""

    __slots__ = ("first", "labels", "measured", "objects", "tls", "weights")

    def __init__(self, first: Edge) -> None:
        self.first = first
        self.labels: dict[str, None] = {}
        self.weights: set[int] = set()
        self.tls: set[str | None] = set()
        self.objects: dict[str, None] = {}
        self.measured: tuple[float, float] | None = None

    def drawn(self) -> Edge:
        rate, share = self.measured or (None, None)
        return replace(
            self.first, label=", ".join(self.labels), weights=tuple(sorted(self.weights)),
            tls=worst(self.tls), objects=tuple(self.objects), requests_per_second=rate,
            error_share=share,
        )  # fmt: skip


class Ways:
    """The edges by their ends and kind; several ways of a kind between two nodes are one edge."""

    def __init__(self) -> None:
        self._ways: dict[tuple[str, str, EdgeKind], _Way] = {}

    def add(self, found: Edge) -> None:
        """Add an edge, or what another way between the same nodes says to a known one."""
        way = self._at(found)
        if found.label:
            way.labels[found.label] = None
        way.weights.update(found.weights)
        way.tls.add(found.tls)
        way.objects.update(dict.fromkeys(found.objects))

    def measure(self, source: str, target: str, rate: float, share: float) -> None:
        """Say the requests a second of a way, and the share of them that fails.

        A way that nothing else draws is of kind ``traffic``.
        """
        kinds = (kind for kind in _DRAWN if (source, target, kind) in self._ways)
        self._at(Edge(source, target, next(kinds, "traffic"))).measured = rate, share

    def drawn(self) -> list[Edge]:
        """List them in the order of their ends."""
        return [way.drawn() for _, way in sorted(self._ways.items(), key=lambda pair: pair[0])]

    def _at(self, found: Edge) -> _Way:
        key = found.source, found.target, found.kind
        if key not in self._ways:
            self._ways[key] = _Way(found)
        return self._ways[key]


def worst(results: Iterable[str | None]) -> str | None:
    """Pick the worst of several results of TLS."""
    found = {one for one in results if one is not None}
    return next((result.value for result in _WORST if result.value in found), None)
