"""Parts a large graph by namespace: one picture of all of them, and one of each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.inspect.graph.gathering import worst
from meshctl.inspect.graph.narrow import of_namespaces
from meshctl.inspect.graph.picture import Edge, Findings, Graph, Node
from meshctl.words import amount

MOST_NODES = 200
"""Nodes of a picture; beyond it nobody finds anything, so namespaces are shown instead."""

_NOWHERE = "hosts that the input doesn't declare"


class Parted(NamedTuple):
    """The picture of all namespaces, and that of each with what it is joined to."""

    overview: Graph
    parts: tuple[tuple[str, Graph], ...]


def parted(graph: Graph) -> Parted:
    """Part a graph; clients and other nodes without a namespace stay themselves."""
    home = {node.id: _home(node) for node in graph.nodes}
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        groups.setdefault(home[node.id], []).append(node)
    nodes = tuple(_group(id_, several) for id_, several in sorted(groups.items()))
    between: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        way = home[edge.source], home[edge.target]
        if way[0] != way[1]:
            between.setdefault(way, []).append(edge)
    edges = tuple(_bundle(*way, between[way]) for way in sorted(between))
    overview = Graph(graph.version, graph.view, nodes, edges, graph.notes)
    return Parted(overview, tuple(_parts(graph)))


def _parts(graph: Graph) -> Iterator[tuple[str, Graph]]:
    by_home: dict[str, list[Edge]] = {}
    names = {node.id: node.namespace for node in graph.nodes}
    for edge in graph.edges:
        for name in {names[edge.source], names[edge.target]}:
            by_home.setdefault(name, []).append(edge)
    known = {node.id: node for node in graph.nodes}
    members: dict[str, list[str]] = {}
    for node in graph.nodes:
        members.setdefault(node.namespace, []).append(node.id)
    for name in sorted(set(names.values()) - {""}):
        own = by_home.get(name, [])
        ends = dict.fromkeys(end for edge in own for end in (edge.source, edge.target))
        several = [known[id_] for id_ in sorted({*members[name], *ends})]
        nodes, edges = of_namespaces(several, own, [name])
        yield name, Graph(graph.version, graph.view, tuple(nodes), tuple(edges), ())


def _home(node: Node) -> str:
    if node.namespace:
        return f"namespace:{node.namespace}"
    return node.id if node.kind != "unknown" else _NOWHERE


def _group(id_: str, several: Sequence[Node]) -> Node:
    if len(several) == 1 and several[0].id == id_:
        return several[0]
    kinds: dict[str, int] = {}
    for node in several:
        kinds[node.kind] = kinds.get(node.kind, 0) + 1
    facts = (", ".join(amount(kinds[kind], _NOUNS[kind]) for kind in sorted(kinds)),)
    name = id_.partition(":")[2] or id_
    return Node(id_, "namespace", "", name, facts, (), _sum(node.findings for node in several))


_NOUNS = {
    "gateway": "gateway", "service": "service", "external": "outside host", "subset": "subset",
    "workload": "workload", "clients": "kind of clients", "unknown": "unknown host",
    "namespace": "namespace",
}  # fmt: skip


def _bundle(source: str, target: str, several: Sequence[Edge]) -> Edge:
    """Make one edge of all between two namespaces."""
    rates = [edge.requests_per_second for edge in several if edge.requests_per_second is not None]
    failed = sum((edge.requests_per_second or 0) * (edge.error_share or 0) for edge in several)
    total = sum(rates)
    return Edge(
        source, target, several[0].kind, amount(len(several), "way"), (),
        worst(edge.tls for edge in several), (), _sum(one.findings for one in several),
        total if rates else None, failed / total if total else None,
    )  # fmt: skip


def _sum(several: Iterable[Findings]) -> Findings:
    errors = warnings = infos = 0
    for findings in several:
        errors, warnings, infos = (
            errors + findings.errors,
            warnings + findings.warnings,
            infos + findings.infos,
        )
    return Findings(errors, warnings, infos)
