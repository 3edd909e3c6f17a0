"""Draws a graph as SVG: kinds by shape, TLS by colour and dashes, findings as badges."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from math import log10
from typing import TextIO

from meshctl.inspect.graph.namespaces import MOST_NODES, parted
from meshctl.inspect.graph.picture import Edge, Graph, Node
from meshctl.output.graph.layout import HEIGHT, WIDTH, Layout, Point, layout
from meshctl.output.graph.wording import (
    KIND_WORDS,
    TLS_WORDS,
    about,
    about_way,
    counts_of,
    label_parts,
    title_of,
)
from meshctl.output.page.markup import Markup, attributes, text

_LETTERS = 24
_LABEL_LETTERS, _LINE = 20, 12
_CUT = "..."
_BEND = 46
_APART = 7
_LEGEND = 64
_STEP = 208


def write_svg(graph: Graph, out: TextIO) -> None:
    """Write a picture by itself, with its style and a legend; of many nodes their namespaces."""
    shown = parted(graph).overview if len(graph.nodes) > MOST_NODES else graph
    style = (files("meshctl.output.page") / "picture.css").read_text("utf-8")
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(picture(shown, style=style, has_legend=True))


def picture(
    graph: Graph, *, name: str = "p", style: str = "", has_legend: bool = False,
    links: Mapping[str, str] | None = None,
) -> Markup:  # fmt: skip
    """Draw a graph as an ``svg`` element; nodes with a link lead there.

    ``name`` tells its markers from those of other pictures on a page.
    """
    ways = [(one.source, one.target) for one in graph.edges]
    placed = layout([node.id for node in graph.nodes], ways)
    kinds = dict.fromkeys(node.kind for node in graph.nodes)
    tls = [word for word in TLS_WORDS if word in {edge.tls for edge in graph.edges}]
    width = max(placed.width, _STEP * max(len(kinds), len(tls), 2)) if has_legend else placed.width
    height = placed.height + (_LEGEND if has_legend else 0)
    title = f"{graph.view} graph of the mesh: {len(graph.nodes)} nodes, {len(graph.edges)} ways"
    size = attributes({
        "xmlns": "http://www.w3.org/2000/svg", "class": "mesh",
        "viewBox": f"0 0 {width:g} {height:g}", "width": f"{width:g}", "height": f"{height:g}",
    })  # fmt: skip
    parts = [
        f'<svg{size} role="group" aria-label="{text(title)}">\n',
        f"<style>{style}</style>\n" if style else "",
        f"<title>{text(title)}</title>\n" if style else "",
        *_markers(name, [edge.tls for edge in graph.edges]),
        *_edges(graph, placed, name),
        *(
            _node(node, placed.places[node.id], (links or {}).get(node.id, ""))
            for node in graph.nodes
        ),
        *(_legend(list(kinds), tls, placed.height) if has_legend else ()),
        "</svg>\n",
    ]
    return "".join(parts)


def _markers(name: str, tls: Sequence[str | None]) -> Iterator[Markup]:
    """Define the heads of arrows, one for each colour."""
    for style in sorted({_tls_class(each) for each in tls}):
        yield (
            f'<marker id="{name}-{style}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto-start-reverse"><path class="head {style}" '
            'd="M0 0 8 4 0 8z"/></marker>\n'
        )


def _edges(graph: Graph, placed: Layout, name: str) -> Iterator[Markup]:
    """Draw the ways; several between the same nodes stand a little apart."""
    titles = {node.id: title_of(node) for node in graph.nodes}
    seen: Counter[tuple[str, str]] = Counter()
    for edge in graph.edges:
        way = edge.source, edge.target
        shift = _APART * seen[way]
        seen[way] += 1
        points = placed.ways.get(way) or _loop(placed.places[edge.source])
        moved = [(x, y + shift) for x, y in points]
        lines = [f"{titles[edge.source]} to {titles[edge.target]}", *about_way(edge)]
        yield _edge(edge, moved, name, lines)


def _edge(edge: Edge, points: Sequence[Point], name: str, lines: Sequence[str]) -> Markup:
    tls = _tls_class(edge.tls)
    rate = edge.requests_per_second
    ends = attributes({
        "class": f"way {edge.kind} {tls}", "data-source": edge.source, "data-target": edge.target,
    })  # fmt: skip
    line = attributes({
        "class": "line", "d": _path(points), "marker-end": f"url(#{name}-{tls})",
        "stroke-width": f"{1.6 + log10(1 + (rate or 0)):.2g}",
    })  # fmt: skip
    said = _label(edge, _middle(points))
    return f"<g{ends}><title>{_lines(lines)}</title><path{line}/>{said}</g>\n"


def _label(edge: Edge, middle: Point) -> Markup:
    """Write what is special about a way at its middle, one thing a line."""
    parts = label_parts(edge)
    if not parts:
        return ""
    x, y = middle
    lines = "".join(
        f'<tspan x="{x:g}" y="{y - 5 + number * _LINE:g}">{text(_cut(part, _LABEL_LETTERS))}</tspan>'
        for number, part in enumerate(parts)
    )
    return f'<text class="label{" failing" if edge.error_share else ""}">{lines}</text>'


def _tls_class(tls: str | None) -> str:
    return f"tls-{tls or 'none'}"


def _path(points: Sequence[Point]) -> str:
    """Lead a line through points, bent where it leaves and enters."""
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    for to_x, to_y in rest:
        bend = min(_BEND, abs(to_x - x) / 2) * (1 if to_x >= x else -1)
        parts.append(
            f"L{to_x:g} {to_y:g}" if y == to_y
            else f"C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
        )  # fmt: skip
        x, y = to_x, to_y
    return "".join(parts)


def _loop(corner: Point) -> list[Point]:
    """Lead a way from a node to itself, above it."""
    x, y = corner
    return [(x + WIDTH * 0.6, y), (x + WIDTH * 0.6, y - 12), (x + WIDTH * 0.3, y - 12),
            (x + WIDTH * 0.3, y)]  # fmt: skip


def _middle(points: Sequence[Point]) -> Point:
    at = (len(points) - 1) // 2
    (x, y), (to_x, to_y) = points[at], points[at + 1]
    return round((x + to_x) / 2, 1), round((y + to_y) / 2, 1)


def _node(node: Node, corner: Point, link: str) -> Markup:
    x, y = corner
    lines = [title_of(node), *about(node)]
    marks = attributes({
        "class": f"node {node.kind}", "data-node": node.id, "tabindex": "" if link else "0",
        "role": "" if link else "button",
        "transform": f"translate({x:g} {y:g})",
    })  # fmt: skip
    below = node.namespace or KIND_WORDS[node.kind]
    if node.kind == "namespace":
        below = node.facts[0] if node.facts else below
    drawn = (
        f"<g{marks}><title>{_lines(lines)}</title>{_SHAPES[node.kind]}"
        f'<text class="name" x="{WIDTH / 2:g}" y="21">{text(_cut(node.name, _LETTERS))}</text>'
        f'<text class="home" x="{WIDTH / 2:g}" y="37">{text(_cut(below, _LETTERS + 6))}</text>'
        f"{_badge(node)}</g>\n"
    )
    return f'<a href="{text(link)}">{drawn}</a>' if link else drawn


def _badge(node: Node) -> Markup:
    found = node.findings
    if not found.total:
        return ""
    level = "error" if found.errors else "warning" if found.warnings else "info"
    sign = {"error": "\u2716", "warning": "\u25b2", "info": "i"}[level]
    number = found.errors or found.warnings or found.infos
    return (
        f'<g class="badge {level}"><title>{text(counts_of(found))}</title>'
        f'<rect x="{WIDTH - 34}" y="-8" width="38" height="17" rx="8"/>'
        f'<text x="{WIDTH - 15}" y="4.5">{sign} {number}</text></g>'
    )


def _lines(several: Sequence[str]) -> Markup:
    return "\n".join(map(text, several))


def _cut(name: str, most: int) -> str:
    """Shorten text to what a box holds; the title has it whole."""
    return name if len(name) <= most else f"{name[: most - len(_CUT)]}{_CUT}"


def _box(radius: int) -> Markup:
    return f'<rect class="box" width="{WIDTH}" height="{HEIGHT}" rx="{radius}"/>'


def _polygon(points: str) -> Markup:
    return f'<polygon class="box" points="{points}"/>'


_SHAPES = {
    "service": _box(8), "subset": _box(HEIGHT // 2), "workload": _box(0), "unknown": _box(8),
    "clients": f'<ellipse class="box" cx="{WIDTH // 2}" cy="{HEIGHT // 2}" rx="{WIDTH // 2}" '
               f'ry="{HEIGHT // 2}"/>',
    "gateway": _polygon(
        f"14,0 {WIDTH - 14},0 {WIDTH},{HEIGHT // 2} {WIDTH - 14},{HEIGHT} 14,{HEIGHT} 0,{HEIGHT // 2}"
    ),
    "external": _polygon(f"14,0 {WIDTH},0 {WIDTH - 14},{HEIGHT} 0,{HEIGHT}"),
    "namespace": _polygon(
        f"0,0 60,0 68,8 {WIDTH},8 {WIDTH},{HEIGHT} 0,{HEIGHT}"
    ),
}  # fmt: skip
"""How each kind looks, so that it needs no colour."""


def legend_of(graph: Graph) -> Markup:
    """Explain shapes and lines of a picture as a list, for a page."""
    kinds = dict.fromkeys(node.kind for node in graph.nodes)
    tls = [word for word in TLS_WORDS if word in {edge.tls for edge in graph.edges}]
    size = f'class="mesh" viewBox="-2 -2 {WIDTH + 4} {HEIGHT + 4}" width="48" height="14"'
    items = [
        f'<svg {size} aria-hidden="true"><g class="node {kind}">{_SHAPES[kind]}</g></svg>'
        f"{text(KIND_WORDS[kind])}"
        for kind in kinds
    ]
    items += [
        '<svg class="mesh" viewBox="0 0 48 14" width="48" height="14" aria-hidden="true">'
        f'<g class="way {_tls_class(word)}"><path class="line" stroke-width="2" d="M0 7h48"/></g>'
        f"</svg>{text(TLS_WORDS[word])}"
        for word in tls
    ]
    return f'<ul class="legend-row">{"".join(f"<li>{item}</li>" for item in items)}</ul>\n'


def _legend(kinds: Sequence[str], tls: Sequence[str], top: float) -> Iterator[Markup]:
    """Explain the shapes and lines that a picture has."""
    yield f'<g class="legend" transform="translate(12 {top:g})">'
    for number, kind in enumerate(kinds):
        x = number * _STEP
        yield (
            f'<g class="node {kind}" transform="translate({x} 6) scale(.25)">{_SHAPES[kind]}</g>'
            f'<text x="{x + 56}" y="16">{text(KIND_WORDS[kind])}</text>'
        )
    for number, kind in enumerate(tls):
        x = number * _STEP
        yield (
            f'<g class="way {_tls_class(kind)}"><path class="line" stroke-width="2" d="M{x} 38h44"/></g>'
            f'<text x="{x + 56}" y="42">{text(TLS_WORDS[kind].partition(":")[0])}</text>'
        )
    yield "</g>\n"
