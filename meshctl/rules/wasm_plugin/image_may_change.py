"""A plugin's image is named by a tag, and nothing pins what is behind it.

Whoever can push to the registry replaces the code that runs in the proxies. Proxies that start
later run other code than those before.

Fix: name the image by digest (`oci://…@sha256:…`), or write its `sha256`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, Outcome, Severity, rule

_CEL = (
    "!has(object.spec.url) || object.spec.url == '' || object.spec.url.startsWith('file://') || "
    "object.spec.url.contains('@sha256:') || (has(object.spec.sha256) && object.spec.sha256 != '')"
)


@rule(on=WasmPlugin, severity=Severity.INFO, since="0.1.0", cel=_CEL)
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report remote code without digest or checksum."""
    url = plugin.url
    if not url or url.startswith("file://") or "@sha256:" in url or plugin.spec.text("sha256"):
        return
    yield Finding(plugin.spec.at("url"), f"{url} may be other code tomorrow: no sha256 pins it")
