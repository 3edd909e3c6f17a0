"""Writes a graph in the language of Graphviz, whole, with a box for each namespace."""

from collections.abc import Iterator, Mapping
from typing import TextIO

from meshctl.inspect.graph.picture import Edge, Graph, Node
from meshctl.masking.tokens import masked
from meshctl.output.graph.wording import KIND_WORDS, TLS_WORDS, counts_of, label_of
from meshctl.words import one_line

_SHAPES = {
    "service": "box", "gateway": "hexagon", "external": "parallelogram", "subset": "oval",
    "workload": "box3d", "clients": "ellipse", "unknown": "box", "namespace": "tab",
}  # fmt: skip
_STYLES = {
    "mtls": ("#1a7f37", "solid"), "plaintext": ("#9a6700", "dashed"), "tls": ("#0b5cad", "solid"),
    "conflict": ("#b42318", "bold"), "no-endpoint": ("#8c959f", "dotted"),
    "unknown": ("#8c959f", "dotted"),
}  # fmt: skip


def write_dot(graph: Graph, out: TextIO) -> None:
    """Write a directed graph."""
    out.writelines(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield f"digraph {_text(graph.view)} {{"
    yield '  rankdir=LR; node [fontname="sans-serif"]; edge [fontname="sans-serif"];'
    homes: dict[str, list[Node]] = {}
    for node in graph.nodes:
        homes.setdefault(node.namespace, []).append(node)
    for number, (home, several) in enumerate(sorted(homes.items())):
        if home:
            yield f"  subgraph cluster_{number} {{"
            yield f"    label={_text(home)};"
        for node in several:
            yield f"    {_text(node.id)} {_node(node)};"
        if home:
            yield "  }"
    for edge in graph.edges:
        yield f"  {_text(edge.source)} -> {_text(edge.target)} {_edge(edge)};"
    yield "}"


def _node(node: Node) -> str:
    label = "\n".join(part for part in (node.name, counts_of(node.findings)) if part)
    values = {"label": label, "shape": _SHAPES[node.kind], "tooltip": KIND_WORDS[node.kind]}
    if node.findings.errors:
        values["color"] = "#b42318"
    return _attributes(values)


def _edge(edge: Edge) -> str:
    colour, style = _STYLES.get(edge.tls or "", ("#57606a", "solid"))
    values = {"color": colour, "style": style, "label": label_of(edge)}
    if edge.tls is not None:
        values["tooltip"] = TLS_WORDS[edge.tls]
    return _attributes({name: value for name, value in values.items() if value})


def _attributes(values: Mapping[str, str]) -> str:
    return f"[{', '.join(f'{name}={_text(value)}' for name, value in values.items())}]"


def _text(value: str) -> str:
    r"""Quote text: a line break of ours is ``\n``, and no other escape of Graphviz is left."""
    lines = (
        one_line(masked(line)).replace("\\", "\\\\").replace('"', '\\"')
        for line in value.split("\n")
    )
    return '"' + "\\n".join(lines) + '"'
