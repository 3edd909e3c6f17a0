"""An entry of portLevelSettings has no `tls`, so the `tls` above it is lost on that port.

A port entry replaces the policy above it as a whole. Without `tls` of its own the port falls back
to auto mTLS, or to plaintext outside the mesh: TLS that should be originated is not, and a server
that speaks TLS answers with a reset.

Fix: repeat the `tls` block in the port entry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import DISABLE, ISTIO_MUTUAL, mode_of, wiped_settings
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_EFFECT = {
    DISABLE: (Severity.WARNING, "the port uses auto mTLS instead of plaintext"),
    ISTIO_MUTUAL: (Severity.INFO, "the port uses auto mTLS, which may fall back to plaintext"),
}
_PLAIN = (Severity.ERROR, "no TLS is originated on this port")


@rule(on=DestinationRule, severity=Severity.ERROR, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report port entries that lose a ``tls`` block."""
    for setting in wiped_settings(destination_rule):
        entry, tls = setting.wiped_by, setting.wiped
        if entry is None or tls is None:
            continue
        mode = mode_of(tls)
        severity, effect = _EFFECT.get(mode, _PLAIN)
        if mode == ISTIO_MUTUAL and not mesh.config.auto_mtls:
            severity, effect = _PLAIN
        yield (
            Finding(
                entry.at("port", "number"),
                f"this entry for port {entry.child('port').number('number')} replaces the policy "
                f"above it and has no tls, so tls mode {mode} is lost: {effect}",
                severity=severity,
            )
            .also(tls.at("mode"), "is lost on that port")
            .fixed_by(put(entry.at("tls"), tls.data), safe=False)
        )
