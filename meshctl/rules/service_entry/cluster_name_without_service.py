"""A ServiceEntry declares a name of the cluster's domain, and there is no such Service.

Proxies have the host, but applications look its address up first, and the DNS of the cluster knows
names of its domain by Services alone: the lookup fails before the proxy sees anything.

Fix: use a name outside the cluster's domain, make a Service of this name, or turn the DNS proxy on
(`ISTIO_META_DNS_CAPTURE`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import in_cluster, is_wildcard
from meshctl.mesh.registry import captures_dns
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts whose Service is known not to exist."""
    if captures_dns(mesh.config):
        return
    if mesh.workloads.is_in_ambient_mode(entry.namespace):
        return
    for index, host in enumerate(entry.hosts):
        home = None if is_wildcard(host) else in_cluster(host, mesh.config.domain)
        if home is None or any(
            registered_host.source is not entry for registered_host in mesh.registry.at(host)
        ):
            continue
        known = mesh.knows.all_of("Service", home[1])
        if not known:
            yield NotChecked(known.reason)
        else:
            yield Finding(
                entry.spec.at("hosts", index),
                f"{host} is a name of the cluster's domain without a Service: its DNS doesn't know it",
            )
