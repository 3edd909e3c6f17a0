"""Two ServiceEntries declare one port of a host.

In one namespace their endpoints are joined, while resolution, location and addresses come from one
of them. Across namespaces a client uses the entry of its own namespace, else one of the others. So
part of what is written has no effect.

Fix: declare a host and port once, or limit the entries by `exportTo`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=ServiceEntry,
    severity=Severity.INFO,
    equivalents=("KIA1211",),
    since="0.1.0",
    renamed_from=("service-entry/same-host-and-port",),
)
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report the ports that an earlier entry has too; warn where the two contradict each other."""
    for twin in mesh.registry.service_entries.twins(entry):
        if twin.same_protocol and not twin.is_first and not twin.is_override:
            differing = twin.differing
            yield Finding(
                twin.port.at("number"),
                f"{twin.host} port {twin.port.port} is declared in {twin.other.resource.key_name} "
                f"too{f', {differing}' if differing else ''}; clients take resolution and "
                "addresses of one of them",
                severity=Severity.WARNING if differing else None,
            ).also(twin.other.at("number"), "declared here too")
