"""Writes a graph as one HTML page: the picture to look around in, and tables of what is in it."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.inspect.graph.namespaces import MOST_NODES, parted
from meshctl.inspect.graph.picture import Graph
from meshctl.output.graph.svg import legend_of, picture
from meshctl.output.graph.wording import KIND_WORDS, TLS_WORDS, about, counts_of, label_of
from meshctl.output.page.filters import counted, filter_form
from meshctl.output.page.frame import Page, Section, write_page
from meshctl.output.page.markup import Markup, table, text
from meshctl.words import amount

_TITLES = {
    "routing": "Where requests go", "mtls": "TLS of the mesh", "authorization": "Who may call whom",
    "egress": "How requests leave the mesh",
}  # fmt: skip
_MOST_ROWS = 3_000
_TOOLS = (
    '<div class="tools"><button type="button" data-zoom="in">Zoom in</button>'
    '<button type="button" data-zoom="out">Zoom out</button>'
    '<button type="button" data-zoom="fit">Fit</button></div>'
)


def write_graph_page(graph: Graph, out: TextIO) -> None:
    """Write the page; of many nodes it shows their namespaces, each to be opened."""
    lead = (
        f"{amount(len(graph.nodes), 'node')}, {amount(len(graph.edges), 'way')}",
        *(note[:1].upper() + note[1:] for note in graph.notes),
    )
    sections = tuple(_sections(graph))
    assets = ("picture.css", "canvas.css", "picture.js")
    write_page(Page(_TITLES[graph.view], lead, sections, assets), out)


def _sections(graph: Graph) -> Iterator[Section]:
    if len(graph.nodes) > MOST_NODES:
        whole = parted(graph)
        links = {f"namespace:{name}": f"#ns-{n}" for n, (name, _) in enumerate(whole.parts)}
        shown = picture(whole.overview, name="all", links=links)
        yield Section("picture", "Namespaces", (_canvas(shown), legend_of(whole.overview)))
        yield Section("namespaces", "Each namespace", map(_part, enumerate(whole.parts)))
    elif graph.nodes:
        yield Section("picture", "Picture", (_canvas(picture(graph)), legend_of(graph)))
    if graph.nodes:
        yield Section("ways", "Ways", _ways(graph))
        yield Section("nodes", "Nodes", _nodes(graph))


def _canvas(drawn: Markup) -> Markup:
    return f'<div class="view">{_TOOLS}<div class="canvas">{drawn}</div></div>\n'


def _part(numbered: tuple[int, tuple[str, Graph]]) -> Markup:
    number, (name, graph) = numbered
    said = f"{name}: {amount(len(graph.nodes), 'node')}, {amount(len(graph.edges), 'way')}"
    return (
        f'<details class="part" id="ns-{number}"><summary>{text(said)}</summary>'
        f"{_canvas(picture(graph, name=f'p{number}'))}</details>\n"
    )


def _ways(graph: Graph) -> Iterator[Markup]:
    names = {node.id: f"{node.name}.{node.namespace}" if node.namespace else node.name
             for node in graph.nodes}  # fmt: skip
    edges = graph.edges[:_MOST_ROWS]
    yield filter_form(
        "ways",
        [counted("tls", "TLS", (edge.tls or "none" for edge in edges))],
        [counted("node", "Node", (end for edge in edges for end in {edge.source, edge.target}))],
        {},
    )
    rows = [
        (
            names[edge.source], names[edge.target], edge.kind,
            TLS_WORDS[edge.tls] if edge.tls is not None else "", label_of(edge),
            ", ".join(edge.objects), counts_of(edge.findings),
        )
        for edge in edges
    ]  # fmt: skip
    marks = [
        {"data-tls": edge.tls or "none", "data-node": (edge.source, edge.target)} for edge in edges
    ]
    columns = ("from", "to", "by", "TLS", "what else", "objects", "findings")
    yield table(_cut("Ways", len(graph.edges)), columns, rows, marks=marks, list_id="way-rows")


def _nodes(graph: Graph) -> Iterator[Markup]:
    nodes = graph.nodes[:_MOST_ROWS]
    rows = [
        (KIND_WORDS[node.kind], node.name, node.namespace, "; ".join(about(node))) for node in nodes
    ]
    marks = [{"data-node": node.id} for node in nodes]
    columns = ("kind", "name", "namespace", "what is known")
    yield table(_cut("Nodes", len(graph.nodes)), columns, rows, marks=marks, list_id="node-rows")


def _cut(noun: str, number: int) -> str:
    if number <= _MOST_ROWS:
        return f"{noun} of the picture."
    return f"{noun} of the picture; {number - _MOST_ROWS} more are left out, -o json has all."
