"""Counts the findings about the objects of nodes and edges."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from meshctl.engine.report import LocatedFinding
from meshctl.inspect.graph.picture import Edge, Findings, Node
from meshctl.rules.api import Severity


class Badges:
    """Findings by the title of the object that they are about."""

    def __init__(self, findings: Iterable[LocatedFinding]) -> None:
        self._by_object: dict[str, list[LocatedFinding]] = {}
        for found in findings:
            self._by_object.setdefault(found.resource.title, []).append(found)

    def on_nodes(self, nodes: Iterable[Node]) -> tuple[Node, ...]:
        """Give nodes with their counts."""
        if not self._by_object:
            return tuple(nodes)
        return tuple(replace(node, findings=self._count(node.objects)) for node in nodes)

    def on_edges(self, edges: Iterable[Edge]) -> tuple[Edge, ...]:
        """Give edges with their counts."""
        if not self._by_object:
            return tuple(edges)
        return tuple(replace(edge, findings=self._count(edge.objects)) for edge in edges)

    def elsewhere(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> int:
        """Count the findings about objects that no node and no edge stands for."""
        several = (*(node.objects for node in nodes), *(edge.objects for edge in edges))
        shown = {name for objects in several for name in objects}
        return sum(len(found) for name, found in self._by_object.items() if name not in shown)

    def _count(self, objects: Sequence[str]) -> Findings:
        found = [finding for name in objects for finding in self._by_object.get(name, ())]
        counts = [sum(finding.severity is kind for finding in found) for kind in Severity]
        return Findings(*counts)
