"""Writes a graph: a page, SVG, Graphviz, Mermaid or JSON."""

from typing import TextIO

from meshctl.inspect.graph.picture import Graph
from meshctl.output.as_json.answers import write_json
from meshctl.output.data import data_of

FORMATS = ("mermaid", "html", "svg", "dot", "json")


def write_graph(output: str, graph: Graph, out: TextIO) -> None:
    """Write a graph in one of ``FORMATS``; each is imported when it is asked for."""
    if output == "json":
        write_json(data_of(graph), out)
    elif output == "html":
        from meshctl.output.graph.html import write_graph_page  # noqa: PLC0415

        write_graph_page(graph, out)
    elif output == "svg":
        from meshctl.output.graph.svg import write_svg  # noqa: PLC0415

        write_svg(graph, out)
    elif output == "dot":
        from meshctl.output.graph.dot import write_dot  # noqa: PLC0415

        write_dot(graph, out)
    else:
        from meshctl.output.graph.mermaid import write_mermaid  # noqa: PLC0415

        write_mermaid(graph, out)
