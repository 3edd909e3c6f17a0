"""A WasmPlugin is for a side or a port that none of its proxies has.

All traffic of a gateway counts as that of a client, what comes in as well, so that `mode: SERVER` is for nothing there. A
sidecar takes requests on the ports of containers to which Services lead (SERVER), and sends them on the ports of Services
(CLIENT); `ports` with other numbers meet none. The plugin doesn't run for what was meant.

Fix: write `mode: CLIENT` for a gateway, and a port of the side that is meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule

_SHOWN = 5


@rule(on=WasmPlugin, severity=Severity.WARNING, since="0.1.0", holds=("match",))
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report modes and ports without a listener at any proxy that is selected."""
    chains = mesh.clauses.extension_chains
    home = None if plugin.namespace == mesh.config.root_namespace else plugin.namespace
    sides = chains.sides(plugin)
    if sides is None:
        return
    for part, instead in chains.idle(plugin):
        known = mesh.knows.all_of("Pod", home)
        if not known:
            yield NotChecked(known.reason)
            return
        if mesh.registry.has_other_pods(plugin.selector, home):
            return
        number = part.number("number")
        if number is not None:
            if mesh.clauses.patched_ports.behind_service(chains.reached(plugin), number) is None:
                text = ", ".join(map(str, instead[:_SHOWN])) + (", …" if instead[_SHOWN:] else "")
                yield Finding(part.at("number"), f"no listener has port {number}, only {text}")
        elif sides.gateway is not None:
            text = f"{sides.gateway.title} is a gateway, all of whose traffic counts as that of a client"
            place = part.at("mode")
            yield Finding(place, text).fixed_by(put(place, "CLIENT"), safe=False)
