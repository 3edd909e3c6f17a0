"""Checks the TLS settings of servers: of a Gateway, or of a Sidecar's ingress listener.

Mirrors validateTLSOptions, pkg/config/validation/validation.go, and the cipher suites of
pkg/config/security/security.go, Istio 1.31.

The CRDs bound the lists to two entries, and refuse two of credentialName, credentialNames and
tlsCertificates where a CEL rule names them.
"""

from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn

PASSTHROUGH_MODES = frozenset({"PASSTHROUGH", "AUTO_PASSTHROUGH"})
MUTUAL_MODES = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})

CIPHER_SUITES = frozenset({
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA",
    "DES-CBC3-SHA",
})  # fmt: skip

_OWN_CERTIFICATES = (
    "serverCertificate", "privateKey", "caCertificates", "tlsCertificates", "credentialName",
    "credentialNames",
)  # fmt: skip


def mode_of(tls: View) -> str:
    """Read the mode, whose default is to pass TLS through."""
    return tls.text("mode") or "PASSTHROUGH"


def check_server_tls(tls: View) -> Iterator[Fault]:
    """Check the TLS settings of one server."""
    yield from _check_ciphers(tls)
    mode = mode_of(tls)
    if mode == "ISTIO_MUTUAL":
        for key in filter(tls.data.get, _OWN_CERTIFICATES):
            yield refuse(tls.key(key), f"ISTIO_MUTUAL uses Istio's certificates; remove {key}")
        return
    if mode in PASSTHROUGH_MODES:
        for key in filter(tls.data.get, ("caCrl", *_OWN_CERTIFICATES)):
            yield warn(tls.key(key), f"{mode} does not end TLS, so {key} is ignored")
    sources = list(_sources(tls))
    if len(sources) > 1:
        yield refuse(tls.key(sources[1]), f"the certificate comes from one of {', '.join(sources)}")
    if mode in PASSTHROUGH_MODES:
        if tls.text("credentialName") and tls.text("caCrl"):
            yield refuse(tls.key("caCrl"), "with credentialName, the CRL belongs into that Secret")
    elif not (tls.text("credentialName") or tls.texts("credentialNames")):
        yield from _check_files(tls, mode)


def _check_files(tls: View, mode: str) -> Iterator[Fault]:
    """Check a server that reads its certificates from files."""
    if mode in MUTUAL_MODES and not tls.text("caCertificates"):
        yield refuse(tls.at("mode"), f"{mode} needs caCertificates (or a credentialName)")
    for certificate in views(tls, "tlsCertificates", View) or (tls,):
        place = tls.at("mode") if certificate is tls else certificate.at()
        for key in ("serverCertificate", "privateKey"):
            if not certificate.text(key):
                yield refuse(place, f"{mode} needs a {key} (or a credentialName)")
    if mode == "SIMPLE" and tls.text("caCrl"):
        yield refuse(
            tls.key("caCrl"), "SIMPLE asks clients for no certificate, so caCrl cannot apply"
        )


def _sources(tls: View) -> Iterator[str]:
    """Name each way in which the settings give the server its certificate."""
    yield from filter(tls.data.get, ("credentialName", "credentialNames"))
    if tls.text("serverCertificate") and tls.text("privateKey"):
        yield "serverCertificate"
    if tls.data.get("tlsCertificates"):
        yield "tlsCertificates"


def _check_ciphers(tls: View) -> Iterator[Fault]:
    suites = tls.texts("cipherSuites")
    if tls.text("minProtocolVersion") in {"TLSV1_0", "TLSV1_1"} and not suites:
        yield warn(
            tls.at("minProtocolVersion"),
            "TLS below 1.2 needs cipherSuites: none of Envoy's defaults fits it",
        )
    seen = set()
    for at, suite in enumerate(suites):
        if not _is_suite(suite):
            yield warn(tls.at("cipherSuites", at), f"{suite} is no cipher suite, so it is ignored")
        elif suite in seen:
            yield warn(tls.at("cipherSuites", at), f"{suite} stands twice in cipherSuites")
        seen.add(suite)


def _is_suite(suite: str) -> bool:
    """Is it a suite or an operator such as ``-ALL``, which Istio passes on as it is?"""
    return suite in {"", "ALL"} or not suite[0].isalnum() or suite in CIPHER_SUITES
