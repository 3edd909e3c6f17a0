"""An `sni` is written as a pattern or a URL, and clients send it letter by letter.

SNI is the bare name of a host. A star, a scheme or a port in it makes a name that no server has:
it resets the connection, answers with another host's certificate, or refuses the handshake.

Fix: write the name alone, `api.bank.test`; without `sni` the proxy takes it from the request's Host.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_NAME = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?([A-Za-z0-9_.-]+)(?::\d+)?(?:/.*)?")
_STRANGE = re.compile(r"[*:/?\s]")


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("sni",))
def check(destination_rule: DestinationRule, _: Mesh) -> Iterator[Outcome]:
    """Report names with characters that no name of a host has."""
    for policy in written_policies(destination_rule):
        tls = policy.child("tls")
        name = tls.text("sni")
        if not _STRANGE.search(name):
            continue
        meant = _NAME.fullmatch(name)
        yield Finding(
            tls.at("sni"),
            f"{quoted(name)} is sent as it stands, and no server has a certificate for such a name",
        ).fixed_by(*([put(tls.at("sni"), meant[1])] if meant else []))
