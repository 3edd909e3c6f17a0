"""A WasmPlugin has a key by which Istio verifies nothing.

The CRD keeps `verificationKey`, and no istiod reads it: proxies run the module whoever has signed it, or nobody.

Fix: pin the module by `sha256`, or by a digest in `url`, and verify signatures where images are admitted.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WasmPlugin
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=WasmPlugin, severity=Severity.WARNING, since="0.1.0", holds=("verificationKey",))
def check(plugin: WasmPlugin, mesh: Mesh) -> Iterator[Outcome]:
    """Report the key."""
    if plugin.spec.text("verificationKey"):
        text = "Istio doesn't read verificationKey: no signature of the module is verified"
        yield Finding(plugin.spec.key("verificationKey"), text)
