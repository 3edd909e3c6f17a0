"""Leaves of a graph what namespaces or one service have to do with."""

from collections.abc import Iterable, Mapping, Sequence

from meshctl.engine.label_query import label_query
from meshctl.errors import UsageError
from meshctl.inspect.graph.picture import Edge, Node
from meshctl.inspect.targets import look_up_hosts
from meshctl.mesh import Mesh
from meshctl.words import quoted, shortened

Parts = tuple[Sequence[Node], Sequence[Edge]]


def of_namespaces(nodes: Sequence[Node], edges: Sequence[Edge], names: Sequence[str]) -> Parts:
    """Keep nodes of namespaces, and those that an edge joins with them."""
    own = {node.id for node in nodes if node.namespace in names}
    kept = [edge for edge in edges if edge.source in own or edge.target in own]
    return _with_ends(nodes, kept, own)


def of_labels(mesh: Mesh, nodes: Sequence[Node], edges: Sequence[Edge], labels: str) -> Parts:
    """Keep nodes one of whose objects has labels, and their neighbours; UsageError as kubectl's."""
    has_labels = label_query(labels)
    meant = {resource.title for resource in mesh.resources if has_labels(resource.labels)}
    own = {node.id for node in nodes if not meant.isdisjoint(node.objects)}
    kept = [edge for edge in edges if edge.source in own or edge.target in own]
    return _with_ends(nodes, kept, own)


def around(nodes: Sequence[Node], edges: Sequence[Edge], centres: set[str]) -> Parts:
    """Keep what leads to some nodes, and what they lead to, however far."""
    forth: dict[str, list[str]] = {}
    back: dict[str, list[str]] = {}
    for edge in edges:
        forth.setdefault(edge.source, []).append(edge.target)
        back.setdefault(edge.target, []).append(edge.source)
    after, before = _reached(forth, centres), _reached(back, centres)
    kept = [
        edge for edge in edges
        if {edge.source, edge.target} <= after or {edge.source, edge.target} <= before
    ]  # fmt: skip
    return _with_ends(nodes, kept, centres)


def centres_of(mesh: Mesh, nodes: Sequence[Node], text: str, home: str) -> set[str]:
    """Find the nodes that a name means: a Service, a host, a gateway or a workload.

    Raises UsageError with the nearest names for what isn't there.
    """
    hosts = {host.host for host in look_up_hosts(mesh, text, home)}
    found = {node.id for node in nodes if node.id.partition(":")[2].partition("|")[0] in hosts}
    if not found:
        found = {node.id for node in nodes if text in _names(node)}
    if not found:  # a node may stand for many workloads
        found = {node.id for node in nodes if node.kind in _WORKLOADS and text in _members(node)}
    if not found:
        from meshctl.inspect.near_names import nearest  # noqa: PLC0415 - for a mistake alone

        known = sorted({f"{node.name}.{node.namespace}" for node in nodes if node.namespace})
        near = nearest(text, known)
        there = f"it has {shortened(known) or 'none'}"
        hint = f"did you mean {' or '.join(near)}?" if near else there
        raise UsageError(f"the graph has no service {quoted(text)}; {hint}")
    return found


_WORKLOADS = frozenset({"gateway", "workload"})


def _members(node: Node) -> set[str]:
    """The names of the objects that a node stands for, in all forms."""
    own = (title.rpartition(" ")[2] for title in node.objects)
    several = (one.rpartition("/") for one in own)
    return {
        form for home, _, name in several for form in (name, f"{home}/{name}", f"{name}.{home}")
    }


def _names(node: Node) -> set[str]:
    own = f"{node.namespace}/{node.name}"
    return {node.name, own, f"{node.name}.{node.namespace}", f"{node.kind}/{node.name}"}


def _reached(ways: Mapping[str, Sequence[str]], start: Iterable[str]) -> set[str]:
    found = set(start)
    todo = list(found)
    while todo:
        for one in ways.get(todo.pop(), ()):
            if one not in found:
                found.add(one)
                todo.append(one)
    return found


def _with_ends(nodes: Sequence[Node], edges: Sequence[Edge], own: set[str]) -> Parts:
    shown = own | {end for edge in edges for end in (edge.source, edge.target)}
    return [node for node in nodes if node.id in shown], edges
