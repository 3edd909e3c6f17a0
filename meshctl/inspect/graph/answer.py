"""Answers ``graph``: one view of the mesh, with findings and, where asked for, traffic."""

# The views and the traffic are imported where they are drawn.
# ruff: noqa: PLC0415

from collections.abc import Callable, Sequence
from typing import NamedTuple

from meshctl.cluster.prometheus import Prometheus
from meshctl.engine.report import LocatedFinding
from meshctl.inspect.graph.badges import Badges
from meshctl.inspect.graph.narrow import around, centres_of, of_labels, of_namespaces
from meshctl.inspect.graph.picture import Edge, Graph, Node, View
from meshctl.inspect.graph.routing import draw_routing
from meshctl.inspect.graph.sketch import Sketch
from meshctl.mesh import Mesh
from meshctl.words import amount

VERSION = 1


class Question(NamedTuple):
    """What to draw: a view, of namespaces (none is all), around a service (empty is everything).

    ``labels`` is a selector that an object behind a node meets; empty is all.
    """

    view: View = "routing"
    namespaces: tuple[str, ...] = ()
    focus: str = ""
    home: str = "default"
    labels: str = ""


def draw(
    mesh: Mesh, findings: Sequence[LocatedFinding] | None, question: Question,
    prometheus: Prometheus | None = None,
) -> Graph:  # fmt: skip
    """Draw a mesh, with its findings if they were looked for.

    Raises UsageError for a focus that isn't there, ClusterError where Prometheus doesn't answer.
    """
    sketch = Sketch(mesh)
    _drawing(question.view)(sketch)
    notes = []
    if prometheus is not None:
        from meshctl.inspect.graph.traffic import draw_traffic

        notes = draw_traffic(sketch, prometheus)
    nodes: Sequence[Node] = sketch.nodes.drawn()
    edges: Sequence[Edge] = sketch.ways.drawn()
    if question.namespaces:
        nodes, edges = of_namespaces(nodes, edges, question.namespaces)
    if question.labels:
        nodes, edges = of_labels(mesh, nodes, edges, question.labels)
    if question.focus:
        centres = centres_of(mesh, nodes, question.focus, question.home)
        nodes, edges = around(nodes, edges, centres)
    if findings is None:
        notes.append("nobody looked for findings in a mesh of this size; --findings does")
    badges = Badges(findings or ())
    elsewhere = badges.elsewhere(nodes, edges)
    if elsewhere:
        notes.append(f"{amount(elsewhere, 'finding')} of objects that the picture doesn't show")
    if not nodes:
        notes.append("the input has nothing that this view shows")
    return Graph(
        VERSION, question.view, badges.on_nodes(nodes), badges.on_edges(edges), tuple(notes)
    )


def _drawing(view: View) -> Callable[[Sketch], None]:
    """What draws a view; only what is drawn is imported."""
    if view == "mtls":
        from meshctl.inspect.graph.mtls import draw_mtls

        return draw_mtls
    if view == "authorization":
        from meshctl.inspect.graph.authorization import draw_authorization

        return draw_authorization
    if view == "egress":
        from meshctl.inspect.graph.egress import draw_egress

        return draw_egress
    return draw_routing
