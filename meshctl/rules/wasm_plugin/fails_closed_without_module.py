"""A remote plugin decides by default that nothing works without it.

Unless `failStrategy` says otherwise, a plugin that can't be fetched makes its proxies refuse all
requests. A new pod in a cluster without access to the registry, or an image that was removed,
becomes an outage of the workload.

Fix: choose a `failStrategy` knowingly: FAIL_OPEN for what is not vital, such as statistics, and
FAIL_CLOSE for what must not be left out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = (
    "!has(object.spec.url) || object.spec.url == '' || object.spec.url.startsWith('file://') || "
    "(has(object.spec.failStrategy) && object.spec.failStrategy != '') || "
    "(has(object.spec.phase) && object.spec.phase in ['AUTHN', 'AUTHZ'])"
)


@rule(
    on=WasmPlugin,
    severity=Severity.INFO,
    since="0.1.0",
    renamed_from=("wasm-plugin/outage-with-registry",),
    cel=_CEL,
)
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report remote plugins that say nothing about failure and check no access."""
    is_remote = plugin.url and not plugin.url.startswith("file://")
    if is_remote and not plugin.fail_strategy and plugin.phase not in {"AUTHN", "AUTHZ"}:
        yield Finding(
            plugin.spec.at("url"),
            f"if {plugin.url} can't be fetched, every request is refused: failStrategy is not "
            "written, and FAIL_CLOSE is the default",
        ).fixed_by(put(plugin.spec.at("failStrategy"), "FAIL_CLOSE"), safe=False)
