"""A `tls` block names certificates or names, and its mode turns TLS off.

DISABLE is the mode of a block that names none (ClientTLSSettings, Istio 1.31). Clients then send
plaintext, without the mesh's mutual TLS either, and what else the block says isn't read.

Fix: write `mode: SIMPLE`, or `MUTUAL` with a client certificate; to send plaintext, `mode: DISABLE`
alone.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_policies
from meshctl.mesh import Mesh
from meshctl.mesh.security import DISABLE, MUTUAL, SIMPLE
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_OTHERS = (
    "clientCertificate", "privateKey", "caCertificates", "credentialName", "subjectAltNames", "sni",
    "insecureSkipVerify", "caCrl",
)  # fmt: skip
_CEL = all_policies(
    "!has({policy}.tls) || (has({policy}.tls.mode) && ({policy}.tls.mode != 'DISABLE' || !("
    + " || ".join(f"has({{policy}}.tls.{name})" for name in _OTHERS)
    + ")))"
)


@rule(on=DestinationRule, severity=Severity.ERROR, since="0.1.0", holds=("tls",), cel=_CEL)
def check(destination_rule: DestinationRule, _: Mesh) -> Iterator[Outcome]:
    """Report blocks whose other settings are lost."""
    for policy in written_policies(destination_rule):
        tls = policy.child("tls")
        others = [name for name in tls.names() if name != "mode"]
        if tls.text("mode") == DISABLE and others:
            yield Finding(
                tls.key(others[0]),
                f"{others[0]} isn't read: mode DISABLE sends plaintext",
                severity=Severity.INFO,
            )
        elif policy.has("tls") and not tls.has("mode"):
            written = f", whatever {others[0]} says" if others else ""
            meant = MUTUAL if tls.has("clientCertificate") else SIMPLE
            yield Finding(
                policy.key("tls"),
                f"tls has no mode, which means DISABLE: clients send plaintext{written}",
            ).fixed_by(*([put(tls.at("mode"), meant)] if others else []), safe=False)
