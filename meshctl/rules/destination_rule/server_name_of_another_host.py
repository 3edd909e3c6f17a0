"""TLS is opened with the name of another host than the one that is called.

The server outside shows the certificate of the `sni` that it is asked for, and it is accepted where it has
one of `subjectAltNames`. With a misspelt `sni`, or a list of other names, the handshake fails, unless the
server really has another name than its host.

Fix: write the host of the DestinationRule, or leave `sni` and `subjectAltNames` out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_in_certificate, is_wildcard
from meshctl.mesh.security import originations
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.spelling import misspelling_of
from meshctl.words import quoted


@rule(on=DestinationRule, severity=Severity.INFO, since="0.1.0", holds=("sni", "subjectAltNames"))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report lists without the host, and an ``sni`` that is a slip of it, for hosts outside."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    declared = mesh.registry.at(host)
    if (
        is_wildcard(host)
        or not declared
        or not all(registered_host.is_external for registered_host in declared)
    ):
        return
    for tls, _ in originations(destination_rule):
        sni = tls.text("sni")
        if sni and misspelling_of(sni, {host}):
            yield Finding(
                tls.at("sni"),
                f"{quoted(sni)} is nearly {host}, and no server has a certificate for it",
                severity=Severity.WARNING,
            ).fixed_by(put(tls.at("sni"), host), safe=False)
        names = [name for name in tls.texts("subjectAltNames") if "/" not in name]
        asked = {host, sni} - {""}
        if names and not any(is_in_certificate(name, one) for name in names for one in asked):
            yield Finding(
                tls.at("subjectAltNames"),
                f"a server that proves to be {sni or host} may show none of these names",
            )
