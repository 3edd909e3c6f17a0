"""A WasmPlugin is for a port of the Service, and the server's proxy knows that of the container.

With mode SERVER `match[].ports` are ports of containers: istiod compares them with the `targetPort` of the Service.
The filter is in no filter chain, and requests pass without it.

Fix: write the Service's `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import View, WasmPlugin
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=WasmPlugin, severity=Severity.ERROR, since="0.1.0", needs=("ports",))
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers that are no container port of any workload that is selected."""
    if plugin.target_refs:
        return
    home = None if plugin.namespace == mesh.config.root_namespace else plugin.namespace
    reached = mesh.workloads.find(plugin.selector, home)
    for match in views(plugin.spec, "match", View):
        for port in views(match, "ports", View) if match.text("mode") == "SERVER" else ():
            number = port.number("number")
            meant = mesh.clauses.patched_ports.behind_service(reached, number) if number else None
            if meant is not None:
                yield (
                    Finding(
                        port.at("number"),
                        f"SERVER has no port {number}: that is {meant.what}, which is {meant.number} there, "
                        "so the plugin never runs",
                    )
                    .also(meant.view.at(), "declares both")
                    .fixed_by(put(port.at("number"), meant.number), safe=False)
                )
