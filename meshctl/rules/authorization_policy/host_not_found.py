"""An AuthorizationPolicy names a host that no Service has.

The host of a request is what clients write, usually a full name. A name that looks like a Service
but isn't one is a mistake: an ALLOW rule lets nothing in, a DENY rule refuses nothing.

Fix: write the host as clients do, such as `cart.shop.svc.cluster.local`, and the short forms that
they use.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, equivalents=("KIA0104",), since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report short names and `name.namespace` without a Service; other hosts may be anything."""
    for operation in policy.operations:
        for key in ("hosts", "notHosts"):
            for index, written in enumerate(operation.texts(key)):
                host = written.partition(":")[0]
                name, dot, rest = host.partition(".")
                namespace = rest if dot else policy.namespace
                if not name or "*" in host or "." in rest or "/" in written:
                    continue
                if dot and namespace not in mesh.namespaces.known:
                    continue  # a name of two parts may be any host, such as example.com
                if mesh.registry.at(host) or mesh.registry.at(mesh.registry.fqdn(name, namespace)):
                    continue
                if known := mesh.knows.all_of("Service", namespace):
                    yield Finding(
                        operation.at(key, index),
                        f"namespace {namespace} has no Service {quoted(name)}, so no request "
                        "has this host",
                    )
                else:
                    yield NotChecked(known.reason)
