"""Words nodes and edges of a graph, for every format alike."""

from meshctl.inspect.graph.picture import Edge, Findings, Node
from meshctl.words import amount, plural_of

TLS_WORDS = {
    "mtls": "mutual TLS", "plaintext": "plaintext", "tls": "TLS of the application",
    "conflict": "conflict: the connection fails", "no-endpoint": "no endpoint",
    "unknown": "unknown TLS",
}  # fmt: skip
KIND_WORDS = {
    "gateway": "gateway", "service": "service", "external": "outside the mesh", "subset": "subset",
    "workload": "workload", "clients": "clients", "unknown": "not in the input",
    "namespace": "namespace",
}  # fmt: skip
_TENTH = 0.1
_MANY = 100


def label_of(edge: Edge) -> str:
    """Say on an edge what is special, on one line."""
    return ", ".join(label_parts(edge))


def label_parts(edge: Edge) -> list[str]:
    """List what is special about an edge: shares, names, requests, errors, a conflict."""
    parts = []
    if edge.weights:
        least, most = edge.weights[0], edge.weights[-1]
        parts.append(f"{least} %" if least == most else f"{least}-{most} %")
    if edge.label:
        parts.append(edge.label)
    if edge.requests_per_second is not None:
        parts.append(f"{rate_of(edge.requests_per_second)} req/s")
    if edge.error_share:
        parts.append(f"{edge.error_share:.1%} errors")
    if edge.tls == "conflict":
        parts.append("TLS conflict")
    if edge.findings.errors:
        parts.append(counts_of(edge.findings))
    return parts


def rate_of(rate: float) -> str:
    """Write requests a second with as many digits as say something."""
    if rate >= _MANY:
        return f"{rate:.0f}"
    return f"{rate:.1f}" if rate >= _TENTH else f"{rate:.2g}"


def counts_of(found: Findings) -> str:
    """Count findings: ``2 errors, 1 warning``; empty for none."""
    counts = ((found.errors, "error"), (found.warnings, "warning"), (found.infos, "info"))
    return ", ".join(amount(number, noun, plural_of(noun)) for number, noun in counts if number)


def title_of(node: Node) -> str:
    """Name a node with its kind and namespace."""
    home = f" of {node.namespace}" if node.namespace else ""
    return f"{KIND_WORDS[node.kind]} {node.name}{home}"


def about(node: Node) -> list[str]:
    """List what is known of a node: its findings, facts and objects."""
    counts = counts_of(node.findings)
    return [*([counts] if counts else []), *node.facts, *node.objects]


def about_way(edge: Edge) -> list[str]:
    """List what is known of an edge."""
    tls = [TLS_WORDS[edge.tls]] if edge.tls is not None else []
    label = label_of(edge)
    return [edge.kind, *tls, *([label] if label else []), *edge.objects]
