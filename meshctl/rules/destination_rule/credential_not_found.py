"""The Secret that a DestinationRule names isn't where the proxy looks for it, or lacks something.

A gateway reads `credentialName` from the namespace of its own pods, a sidecar from its own, wherever
the rule stands. Without the Secret, or without `ca.crt` (or `cacert`) in it, the proxy waits for it
and connects to nobody: clients get `503 UF`. MUTUAL needs `tls.crt` and `tls.key`, too.

Fix: create the Secret in the namespace of the proxy's pods, with the server's CA as `ca.crt`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import MUTUAL, originations
from meshctl.resources import DestinationRule, View
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=DestinationRule, severity=Severity.ERROR, since="0.1.0", holds=("credentialName",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report each credential that one of the proxies doesn't get."""
    for tls, _ in originations(destination_rule):
        name = tls.text("credentialName").removeprefix("kubernetes://")
        if not name or "/" in name:
            continue
        found = _missing(destination_rule, name, mesh) or _incomplete(destination_rule, tls, mesh)
        if found is not None:
            yield Finding(
                tls.at("credentialName"), found,
                severity=None if mesh.has_all("Secret") else Severity.WARNING,
            )  # fmt: skip


def _missing(destination_rule: DestinationRule, name: str, mesh: Mesh) -> str | None:
    credentials = mesh.reachability.client_credentials
    for reader in credentials.readers(destination_rule):
        if credentials.is_there(name, reader.namespace) is False:
            others = shortened(sorted(mesh.registry.secrets.called(name)), MOST_LISTED)
            return (
                f"{reader.title} looks for Secret {quoted(name)} in {reader.namespace}, where there "
                f"is none{f'; it is in {others}' if others else ''}: it connects to nobody"
            )
    return None


def _incomplete(destination_rule: DestinationRule, tls: View, mesh: Mesh) -> str | None:
    credentials = mesh.reachability.client_credentials
    name = tls.text("credentialName").removeprefix("kubernetes://")
    for reader in credentials.readers(destination_rule):
        where, lack = f"Secret {reader.namespace}/{name} has no", "connects to nobody"
        if tls.flag("insecureSkipVerify") is not True and credentials.lacks_ca(
            name, reader.namespace
        ):
            return f"{where} `ca.crt` and no `cacert`: {reader.title} can't verify the server and {lack}"
        if tls.text("mode") == MUTUAL and credentials.lacks_key(name, reader.namespace):
            return f"{where} `tls.crt` and `tls.key`: {reader.title} can show no certificate and {lack}"
    return None
