"""Checks the TLS settings of a client, as in a DestinationRule.

Mirrors ValidateTLS, pkg/config/validation/agent/validation.go, and ParseResourceName of
pkg/model/credentials/resource.go, Istio 1.31. ISTIO_MUTUAL and DISABLE ignore certificates without
a word, so nothing is said about them.
"""

from collections.abc import Iterator

from meshctl.istio.names import CONFIG_MAP_CREDENTIAL
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.words import quoted


def check_client_tls(tls: View) -> Iterator[Fault]:
    """Check the TLS settings towards one host."""
    mode, credential = tls.text("mode"), tls.text("credentialName")
    if credential.startswith(CONFIG_MAP_CREDENTIAL) and (
        why := _why_not_config_map(credential, tls.resource.namespace)
    ):
        yield refuse(tls.at("credentialName"), why)
    if mode not in {"SIMPLE", "MUTUAL"}:
        return
    if tls.flag("insecureSkipVerify"):
        unused = ["caCertificates", "subjectAltNames"]
        if mode == "SIMPLE":
            unused.append("credentialName")
        for key in filter(tls.data.get, unused):
            yield refuse(
                tls.key(key), f"insecureSkipVerify verifies nothing, so {key} cannot apply"
            )
    if credential:
        for key in filter(
            tls.data.get, ("clientCertificate", "privateKey", "caCertificates", "caCrl")
        ):
            yield refuse(tls.key(key), f"credentialName brings the certificates; remove {key}")
    elif mode == "MUTUAL":
        for key in ("clientCertificate", "privateKey"):
            if not tls.text(key):
                yield refuse(tls.at("mode"), f"MUTUAL needs a {key} (or a credentialName)")


def _why_not_config_map(credential: str, own_namespace: str) -> str | None:
    namespace, _, name = credential.removeprefix(CONFIG_MAP_CREDENTIAL).partition("/")
    if not namespace or not name:
        return f"{quoted(credential)} is not of the form {CONFIG_MAP_CREDENTIAL}namespace/name"
    if namespace != own_namespace:
        return f"{quoted(credential)} lies in another namespace; it must be in {own_namespace}"
    return None
