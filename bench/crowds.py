"""Writes crowds: meshes in which N objects (or clauses of one object) meet at one point.

    python bench/crowds.py                         lists the crowds
    python bench/crowds.py CROWD N FILE            writes one

Each crowd is a way in which a large mesh gets crowded: many objects for one host, one namespace,
one workload, one port. What a command costs must grow with N and not with its square.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from crowded import (  # noqa: F401 - each enters its crowds
    ambient,
    documents,
    fields,
    gateway_api,
    gateways,
    hosts,
    meetings,
    namespaces,
    pairs,
    policies,
    ports,
    proxies,
    routes,
    shared_parts,
    workloads,
)
from crowded.objects import CROWDS, service


def anchored(count: int) -> str:
    """Write a Service of which aliases repeat parts."""
    repeated = "".join(
        f"  - {{<<: *port, name: http-{i}, port: {1000 + i}}}\n" for i in range(count)
    )
    labels = "".join(f"    l-{i}: *text\n" for i in range(count))
    return (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: &text web\n  namespace: shop\n"
        f"  labels:\n{labels}spec:\n  selector: {{app: web}}\n  ports:\n"
        f"  - &port {{name: http, port: 80, targetPort: 8080}}\n{repeated}"
    )


WRITTEN: dict[str, Callable[[int], str]] = {
    "anchors-of-a-document": anchored,
    "comments-of-a-file": lambda count: "# a comment\n" * count + json.dumps(service("web")),
    "empty-documents": lambda count: "---\n" * count + json.dumps(service("web")),
    "broken-documents": lambda count: "".join(f"---\na: [{i}\n" for i in range(count)),
    "broken-lines": lambda count: (
        "kind: Service\n" + "".join(f" a{i}: b: c\n" for i in range(count))
    ),
}
"""Crowds of text rather than of objects."""


def text(name: str, count: int) -> str:
    """Write a crowd as documents of one file; JSON is YAML, and a line a field."""
    if name in WRITTEN:
        return WRITTEN[name](count)
    if name == "ignore-comments":
        lines = "".join(f"# meshctl: ignore=service/port-name-{i}\n" for i in range(count))
        return lines + json.dumps(service("web"), indent=1)
    if name == "one-line":
        listed = {"apiVersion": "v1", "kind": "List", "items": list(CROWDS["findings"](count))}
        return json.dumps(listed)
    return (
        "# JSON is YAML\n"
        + "\n---\n".join(json.dumps(one, indent=1) for one in CROWDS[name](count))
        + "\n"
    )


NAMES = (*CROWDS, *WRITTEN, "ignore-comments", "one-line")


def main() -> None:
    """List the crowds, or write one."""
    if len(sys.argv) < 4:
        print("\n".join(NAMES))
        return
    Path(sys.argv[3]).write_text(text(sys.argv[1], int(sys.argv[2])))


if __name__ == "__main__":
    main()
