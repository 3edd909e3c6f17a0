"""A plugin's imagePullSecret is not in the plugin's namespace.

The Secret is looked for beside the WasmPlugin. Without it a private image can't be fetched, and the
proxies refuse all requests unless `failStrategy` is FAIL_OPEN.

Fix: create the Secret, of type `kubernetes.io/dockerconfigjson`, in the namespace of the plugin.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WasmPlugin, severity=Severity.WARNING, since="0.1.0")
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no Secret has, where the input shows Secrets of that namespace."""
    name, home = plugin.spec.text("imagePullSecret"), plugin.namespace
    if not name or home in mesh.registry.secrets.called(name):
        return
    if known := mesh.knows.all_of("Secret", home):
        yield Finding(
            plugin.spec.at("imagePullSecret"),
            f"namespace {home} has no Secret {quoted(name)} to fetch the image with",
        )
    else:
        yield NotChecked(known.reason)
