"""The parts of a graph of the mesh: nodes, edges, and the findings on them."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "gateway", "service", "external", "subset", "workload", "clients", "unknown", "namespace"
]  # fmt: skip
EdgeKind = Literal["route", "subset", "call", "client", "access", "traffic"]
View = Literal["routing", "mtls", "authorization", "egress"]
VIEWS: tuple[View, ...] = ("routing", "mtls", "authorization", "egress")


@dataclass(frozen=True, slots=True)
class Findings:
    """How many findings are about an object of a node or an edge."""

    errors: int = 0
    warnings: int = 0
    infos: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.errors + self.warnings + self.infos


NO_FINDINGS = Findings()


@dataclass(frozen=True, slots=True)
class Node:
    """A service, gateway, subset, outside host, workload or kind of clients.

    ``facts`` are sentences about it, ``objects`` what makes it what it is, as ``Kind
    namespace/name``. A host that the input doesn't declare is ``unknown``.
    """

    id: str
    kind: Kind
    namespace: str
    name: str
    facts: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    findings: Findings = NO_FINDINGS


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another.

    ``weights`` are the shares in percent that routes send this way; empty where it is all.
    ``tls`` is a result of ``tls-check``, the worst of several; ``label`` says what else holds.
    Requests a second and the share of errors (0 to 1) are there where they were measured.
    """

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    weights: tuple[int, ...] = ()
    tls: str | None = None
    objects: tuple[str, ...] = ()
    findings: Findings = NO_FINDINGS
    requests_per_second: float | None = None
    error_share: float | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture of the mesh; ``notes`` say what isn't in it."""

    version: int
    view: View
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...]
