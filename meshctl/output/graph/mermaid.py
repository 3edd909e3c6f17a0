"""Writes a graph as Mermaid, which code hosts draw in Markdown."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.inspect.graph.namespaces import MOST_NODES, parted
from meshctl.inspect.graph.picture import Edge, Graph, Node
from meshctl.masking.tokens import masked
from meshctl.output.graph.wording import KIND_WORDS, counts_of, label_of
from meshctl.words import one_line

_SHAPES = {
    "service": ("(", ")"), "gateway": ("{{", "}}"), "external": ("[/", "/]"),
    "subset": ("([", "])"), "workload": ("[", "]"), "clients": ("((", "))"),
    "unknown": ("[", "]"), "namespace": ("[[", "]]"),
}  # fmt: skip
_ARROWS = {"plaintext": "-.->", "conflict": "--x", "unknown": "-.->", "no-endpoint": "-.->"}
_COLOURS = {"mtls": "#1a7f37", "plaintext": "#9a6700", "tls": "#0b5cad", "conflict": "#b42318"}
_ENTITIES = str.maketrans({
    char: f"#{ord(char)};" for char in "#\"'`<>&\\[](){}|;"
})  # fmt: skip


def write_mermaid(graph: Graph, out: TextIO) -> None:
    """Write a flowchart; of many nodes their namespaces, since code hosts draw small ones alone."""
    shown = parted(graph).overview if len(graph.nodes) > MOST_NODES else graph
    out.writelines(f"{line}\n" for line in _lines(shown))


def _lines(graph: Graph) -> Iterator[str]:
    yield "flowchart LR"
    names = {one.id: f"n{number}" for number, one in enumerate(graph.nodes)}
    for one in graph.nodes:
        opening, closing = _SHAPES[one.kind]
        yield f'  {names[one.id]}{opening}"{_text(_label(one))}"{closing}'
    for edge in graph.edges:
        yield f"  {names[edge.source]} {_arrow(edge)} {names[edge.target]}"
    for number, edge in enumerate(graph.edges):
        if edge.tls in _COLOURS:
            yield f"  linkStyle {number} stroke:{_COLOURS[edge.tls]}"
    failing = [names[node.id] for node in graph.nodes if node.findings.errors]
    if failing:
        yield "  classDef failing stroke:#b42318,stroke-width:3px"
        yield f"  class {','.join(failing)} failing"


def _label(node: Node) -> str:
    parts = (node.name, node.namespace or KIND_WORDS[node.kind], counts_of(node.findings))
    return ", ".join(part for part in parts if part)


def _arrow(edge: Edge) -> str:
    label = label_of(edge)
    arrow = _ARROWS.get(edge.tls or "", "-->")
    return f'{arrow}|"{_text(label)}"|' if label else arrow


def _text(value: str) -> str:
    """Write text with references for everything that means something to Mermaid."""
    return one_line(masked(value)).translate(_ENTITIES)
