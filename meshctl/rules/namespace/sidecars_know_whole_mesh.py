"""The sidecars of a namespace know every host of a large mesh.

Without a Sidecar resource each proxy gets the upstreams, routes and endpoints of all namespaces, and
every change anywhere is pushed to it. Memory grows with the mesh, in each pod.

The estimate counts 45 kB for each port of a visible host and 2 kB for each endpoint behind it. What
would be needed is the own namespace, the root namespace and the Services that URLs in commands,
variables and ConfigMaps name. It is rough: measure `container_memory_working_set_bytes` of a proxy
before and after.

Fix: write a Sidecar for the namespace with the egress hosts it needs, such as `./*` and
`istio-system/*`, or let owners limit their Services by `exportTo`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import amount

_WORTH_MEGABYTES = 20


@rule(on=Namespace, severity=Severity.INFO, since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report, once for the mesh, the namespace with most sidecars, if they would clearly shrink."""
    unlimited = mesh.sidecar_scope.proxy_memory.unlimited
    name = namespace.name
    if name != mesh.sidecar_scope.proxy_memory.most_unlimited:
        return
    now, then = (
        mesh.sidecar_scope.proxy_memory.without_sidecar(name),
        mesh.sidecar_scope.proxy_memory.with_sidecar(name),
    )
    saved = now.megabytes - then.megabytes
    if saved >= _WORTH_MEGABYTES:
        others = len(unlimited) - 1
        more = f" ({amount(others, 'more namespace')} without a Sidecar)" if others else ""
        yield Finding(
            namespace.at("metadata", "name"),
            f"each sidecar knows {now.hosts} hosts with {now.upstreams} ports and {now.endpoints} "
            f"endpoints; with a Sidecar for what its {unlimited[name]} workloads are seen to call: "
            f"{then.hosts}, {then.upstreams} and {then.endpoints}, about {saved:.0f} MB less memory "
            f"for each pod{more}",
        )
