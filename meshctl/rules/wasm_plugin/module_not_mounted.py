"""A plugin names a file that no proxy has.

With `file://` the proxy reads the module from its own container, not from that of the application. The file gets
there by a volume that the proxy mounts: by the annotations `sidecar.istio.io/userVolume` and `userVolumeMount` of
the pods, or by the container of a gateway. Without it the plugin is never loaded.

Fix: mount the file into the proxies, or give the module as an image (`oci://`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_FILE = "file://"


@rule(on=WasmPlugin, severity=Severity.WARNING, since="0.1.0")
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report modules in directories that no proxy of the input mounts."""
    path = plugin.url.removeprefix(_FILE)
    if not plugin.url.startswith(_FILE) or not mesh.injection.proxy_mounts.lack(path):
        return
    known = mesh.knows.everywhere("Pod")
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        plugin.spec.at("url"),
        f"no proxy mounts a volume with {quoted(path)}, so the plugin is never loaded",
    )
