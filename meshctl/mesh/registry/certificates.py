"""Checks the certificate of a Secret as a gateway would use it.

Mirrors ExtractCertInfo (pilot/pkg/credentials/kube/secrets.go) and ValidateCertificate
(pilot/pkg/xds/sds.go) of Istio 1.31: istiod sends no Secret without the right keys, and none whose
first certificate can't be read, has expired or is not valid yet. Envoy refuses a private key that
belongs to another certificate.
"""

import re
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from meshctl.resources import Ref, Secret
from meshctl.words import MOST_LISTED, shortened

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_PAIRS = (("cert", "key"), ("tls.crt", "tls.key"))
_KEYS = frozenset(key for pair in _PAIRS for key in pair)
_STAND_IN = re.compile(
    rb"^\s*$|[<{(\[$]|redacted|placeholder|change.?me|replace|dummy|todo|x{3}|\*{3}|\.{3}",
    re.IGNORECASE,
)
"""What people write where the value will be put in later, by chance readable as base64, too."""
_PEM = b"-----BEGIN", b"LS0tLS1"
"""How a certificate begins, and how it does in base64."""


class CertificateFault(NamedTuple):
    """Why a certificate is of no use, and where that is written."""

    text: str
    ref: Ref


def flaw(secret: Secret, *, heed_dates: bool = True) -> CertificateFault | None:
    """Find why a gateway can't present the certificate; ``None`` if it can, or nobody knows.

    Without ``heed_dates`` an expired one is good: listeners of the Gateway API aren't refused it.
    """
    values = secret.values
    written = {key: text.encode() for key, text in secret.labels_of("data").items()}
    both = (data.get(key, b"?") for data in (values, written) for key in _KEYS)
    if not secret.is_readable or any(map(_is_stand_in, both)):
        return None
    pair = next((keys for keys in _PAIRS if all(values.get(key) for key in keys)), None)
    if pair is None:
        names = shortened(sorted(values), MOST_LISTED)
        wanted = "tls.crt and tls.key (or cert and key)"
        return CertificateFault(
            f"has {names}, and a gateway reads {wanted}", secret.at("metadata", "name")
        )
    certificate_key, private_key = pair
    certificate = _read(values[certificate_key])
    if certificate is None:
        text = f"has no certificate that can be read in {certificate_key}"
        return CertificateFault(text, secret.value_at(certificate_key))
    dates = _wrong_dates(certificate, datetime.now(UTC)) if heed_dates else None
    if dates is not None:
        return CertificateFault(dates, secret.value_at(certificate_key))
    wrong_key = _wrong_key(certificate, values[private_key])
    return (
        CertificateFault(wrong_key, secret.value_at(private_key)) if wrong_key is not None else None
    )


def _is_stand_in(value: bytes) -> bool:
    return not value.startswith(_PEM) and bool(_STAND_IN.search(value[:200]))


def _read(pem: bytes) -> "Certificate | None":
    """Read the first certificate, the one that clients are shown."""
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Go, too, is lenient about serial numbers
        try:
            return x509.load_pem_x509_certificate(pem)
        except ValueError:
            return None


def _wrong_dates(certificate: "Certificate", now: datetime) -> str | None:
    if now > certificate.not_valid_after_utc:
        return f"expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
    if now < certificate.not_valid_before_utc:
        return f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}"
    return None


def _wrong_key(certificate: "Certificate", pem: bytes) -> str | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    try:
        own = load_pem_private_key(pem, None).public_key().public_bytes(*form)
        is_same = own == certificate.public_key().public_bytes(*form)
    except UnsupportedAlgorithm:
        return None
    except (TypeError, ValueError):  # a TypeError asks for the password of an encrypted key
        return "has a private key that can't be read"
    return None if is_same else "has the private key of another certificate"
