"""A VirtualService names a Gateway that serves none of its hosts.

Its rules hold at other Gateways, or for sidecars (`mesh`), but this one has no server for any of
its hosts, or none that lets this namespace in: here requests get 404, and the entry does nothing.

Fix: add the hosts to a server of the Gateway, or remove it from `gateways`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=VirtualService, severity=Severity.INFO, equivalents=("IST0132",), since="0.1.0",
    holds=("gateways",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries that do nothing beside entries that do something."""
    if len(service.gateways) < 2 or not service.hosts:  # noqa: PLR2004 - beside one that does
        return
    bindings = mesh.gateways.bindings.of(service)
    useless = [
        binding
        for binding in bindings
        if binding.gateway is not None
        and not any(
            mesh.gateways.bindings.takes(binding.gateway, host, service.namespace)
            for host in service.hosts
        )
    ]
    if len(useless) == len(bindings):
        return
    for each_binding in useless:
        finding = Finding(
            each_binding.ref,
            f"{each_binding.name} serves none of {', '.join(service.hosts)}: nothing comes in there",
        ).fixed_by(delete(each_binding.ref), safe=False)
        if each_binding.gateway is not None:
            finding = finding.also(each_binding.gateway.spec.at("servers"), "all that it serves")
        yield finding
