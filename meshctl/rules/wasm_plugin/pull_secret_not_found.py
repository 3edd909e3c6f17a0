"""A plugin's imagePullSecret is not in the plugin's namespace.

The Secret is looked for beside the WasmPlugin. Without it a private image can't be fetched, and the
proxies refuse all requests unless `failStrategy` is FAIL_OPEN.

Fix: create the Secret, of type `kubernetes.io/dockerconfigjson`, in the namespace of the plugin.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=WasmPlugin, severity=Severity.WARNING, since="0.1.0")
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no Secret has, where the input shows Secrets of that namespace."""
    name = plugin.spec.text("imagePullSecret")
    exists = mesh.secrets.exists(plugin.namespace, name) if name else True
    if exists is False:
        yield Finding(
            plugin.spec.at("imagePullSecret"),
            f"namespace {plugin.namespace} has no Secret {name!r} to fetch the image with",
        )
    elif exists is None:
        yield NotChecked(f"no Secret of namespace {plugin.namespace} is in the input")
