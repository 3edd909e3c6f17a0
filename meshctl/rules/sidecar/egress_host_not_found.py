"""A Sidecar lists an egress host that nothing declares.

The entry imports nothing. If the name is misspelt, the host that was meant can't be reached from
these workloads: `502` or `503 NC` with REGISTRY_ONLY, and without routing and mutual TLS else.

Fix: correct namespace or host (`namespace/host`, `./host` for the own namespace, `*/host` for any),
declare the host, or remove the entry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.sidecar_scope import egress_entries
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("KIA1004",), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries without any host, where the input has the Services of the namespace."""
    at_root = sidecar.namespace == mesh.config.root_namespace  # "." is each client's own there
    for entry in egress_entries(sidecar):
        if (
            (at_root and entry.is_own)
            or entry.host == "*"
            or entry.namespace == "~"
            or entry.imports_any(mesh.registry)
        ):
            continue
        home = None if entry.namespace == "*" else entry.namespace
        known = mesh.knows.all_of("Service", home)
        if known:
            where = "any namespace" if entry.namespace == "*" else f"namespace {entry.namespace}"
            yield Finding(
                entry.ref,
                f"no Service or ServiceEntry of {where} declares host {quoted(entry.host)}",
            )
        else:
            yield NotChecked(known.reason)
