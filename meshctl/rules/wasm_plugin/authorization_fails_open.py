"""A plugin that authenticates or authorizes lets requests pass when it fails.

With FAIL_OPEN a plugin that can't be loaded, or that crashes, is left out: requests go on without
being checked. Whoever can make it crash gets in.

Fix: use FAIL_CLOSE, or FAIL_RELOAD, which starts a crashed plugin anew.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = (
    "!has(object.spec.failStrategy) || object.spec.failStrategy != 'FAIL_OPEN' || "
    "!has(object.spec.phase) || !(object.spec.phase in ['AUTHN', 'AUTHZ'])"
)


@rule(on=WasmPlugin, severity=Severity.WARNING, since="0.1.0", cel=_CEL)
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report FAIL_OPEN in the phases AUTHN and AUTHZ."""
    if plugin.fail_strategy == "FAIL_OPEN" and plugin.phase in {"AUTHN", "AUTHZ"}:
        yield (
            Finding(
                plugin.spec.at("failStrategy"),
                f"a plugin of phase {plugin.phase} that fails lets every request pass",
            )
            .also(plugin.spec.at("phase"), "checks who may pass")
            .fixed_by(put(plugin.spec.at("failStrategy"), "FAIL_CLOSE"), safe=False)
        )
