"""Makes the certificates of the webhook itself, and keeps them in a Secret for all replicas."""

import base64
import binascii
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, NamedTuple

from cryptography import x509  # noqa: TID253 - its home
from cryptography.hazmat.primitives import hashes, serialization  # noqa: TID253
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: TID253
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: TID253

from meshctl.cluster.api import Cluster, ClusterError, NotFoundError
from meshctl.gate.serving.log import log

SECRET = "meshctl-webhook-tls"  # noqa: S105 - the name of an object
SERVICE = "meshctl-webhook"
CONFIGURATION = "meshctl"
_AUTHORITY_DAYS = 3_650
_LEAF_DAYS = 90
_LEFT = 3
"""What has less than a third of its life left is made anew."""
_TRIES = 5
_LOOK_AGAIN = 3_600.0
_CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
_KEYS = ("ca.crt", "ca.key", "tls.crt", "tls.key")


class Pair(NamedTuple):
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes


class Made(NamedTuple):
    """All that the Secret holds; ``trusted`` are the authorities that clients should know."""

    authority: Pair
    leaf: Pair
    trusted: bytes


class SelfSigned(NamedTuple):
    """Certificates of the Service in a namespace, written below a directory."""

    namespace: str
    directory: str

    @property
    def certificate(self) -> str:
        """The file with the certificate."""
        return f"{self.directory}/tls.crt"

    @property
    def key(self) -> str:
        """The file with its key."""
        return f"{self.directory}/tls.key"

    def prepare(self, cluster: Cluster) -> None:
        """See that there is a certificate, now and later; raises ClusterError where there is none."""
        self.renew(cluster)
        Thread(target=self._go_on, args=(cluster,), daemon=True).start()

    def renew(self, cluster: Cluster) -> None:
        """Read the Secret, make anew what is missing or old, and tell the API server whom to trust."""
        made = self._kept(cluster)
        self._write(made.leaf)
        self._trust(cluster, made.trusted)

    def _go_on(self, cluster: Cluster) -> None:
        while True:
            sleep(_LOOK_AGAIN)
            try:
                self.renew(cluster)
            except ClusterError as error:
                log("certificate-not-renewed", reason=str(error))

    def _kept(self, cluster: Cluster) -> Made:
        """Agree with the other replicas: who writes second reads what the first has written."""
        path = f"/api/v1/namespaces/{self.namespace}/secrets"
        for _ in range(_TRIES):
            try:
                secret = cluster.request("GET", f"{path}/{SECRET}")
            except NotFoundError:
                secret = None
            known = _read(secret or {})
            made = renewed(known, self._names)
            if made == known:
                return made
            try:
                self._store(cluster, path, secret, made)
            except ClusterError as error:
                failure = error
            else:
                return made
        raise ClusterError(f"the Secret {self.namespace}/{SECRET} can't be written: {failure}")

    @property
    def _names(self) -> list[str]:
        host = f"{SERVICE}.{self.namespace}.svc"
        return [host, f"{host}.cluster.local"]

    def _store(self, cluster: Cluster, path: str, secret: Any, made: Made) -> None:
        values = (made.trusted, made.authority.key, made.leaf.certificate, made.leaf.key)
        data = {
            key: base64.b64encode(value).decode() for key, value in zip(_KEYS, values, strict=True)
        }
        if secret is not None:
            cluster.request("PUT", f"{path}/{SECRET}", body={**secret, "data": data})
            return
        meta = {"name": SECRET, "namespace": self.namespace}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": data}
        cluster.request("POST", path, body=body)

    def _trust(self, cluster: Cluster, trusted: bytes) -> None:
        """Write the authorities into the configuration; one that isn't there comes later."""
        path = f"{_CONFIGURATIONS}/{CONFIGURATION}"
        bundle = base64.b64encode(trusted).decode()
        for _ in range(_TRIES):
            try:
                found = cluster.request("GET", path)
            except NotFoundError:
                log("no-webhook-configuration", name=CONFIGURATION)
                return
            hooks = found.get("webhooks") or []
            if all((hook.get("clientConfig") or {}).get("caBundle") == bundle for hook in hooks):
                return
            for hook in hooks:
                hook.setdefault("clientConfig", {})["caBundle"] = bundle
            try:
                cluster.request("PUT", path, body=found)
            except ClusterError as error:
                failure = error
            else:
                return
        log("certificate-not-trusted", name=CONFIGURATION, reason=str(failure))

    def _write(self, leaf: Pair) -> None:
        """Write both files, each at once; the pair is looked at as a whole by who reads it."""
        for file, content in ((self.key, leaf.key), (self.certificate, leaf.certificate)):
            target = Path(file)
            if target.is_file() and target.read_bytes() == content:
                continue
            new = target.with_suffix(".new")
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
            new.replace(target)


def renewed(known: Made | None, names: list[str]) -> Made:
    """Make anew what is missing, for other names, or has less than a third of its life left.

    A new authority is trusted beside the old one, so that replicas with either are believed.
    """
    authority = known.authority if known is not None else None
    if authority is None or _is_old(authority.certificate):
        new = _authority()
        before = authority.certificate if authority is not None else b""
        return Made(new, _leaf(new, names), new.certificate + before)
    assert known is not None  # noqa: S101 - it has the authority
    if _is_old(known.leaf.certificate) or _names_in(known.leaf.certificate) != names:
        return known._replace(leaf=_leaf(authority, names))
    return known


def _read(secret: dict[str, Any]) -> Made | None:
    data = secret.get("data") or {}
    try:
        trusted, key, certificate, leaf_key = (
            base64.b64decode(data[name], validate=True) for name in _KEYS
        )
        first = trusted[: trusted.index(b"-----END CERTIFICATE-----") + 26]
        x509.load_pem_x509_certificate(first)
        x509.load_pem_x509_certificate(certificate)
    except (KeyError, ValueError, TypeError, binascii.Error):
        return None
    return Made(Pair(first, key), Pair(certificate, leaf_key), trusted)


def _is_old(certificate: bytes) -> bool:
    read = x509.load_pem_x509_certificate(certificate)
    life = read.not_valid_after_utc - read.not_valid_before_utc
    return read.not_valid_after_utc - datetime.now(tz=UTC) < life / _LEFT


def _names_in(certificate: bytes) -> list[str]:
    read = x509.load_pem_x509_certificate(certificate)
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)


def _authority() -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "meshctl-webhook-ca")])
    builder = _builder(name, name, key, _AUTHORITY_DAYS).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return _pair(builder, key, key)


def _leaf(authority: Pair, names: list[str]) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    signer = serialization.load_pem_private_key(authority.key, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101 - it was made here
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SERVICE)])
    builder = _builder(name, issuer.subject, key, _LEAF_DAYS)
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
    ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return _pair(builder, key, signer)


def _builder(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(tz=UTC) - timedelta(minutes=5)  # clocks differ
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
    )


def _pair(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
) -> Pair:  # fmt: skip
    certificate = builder.sign(signer, hashes.SHA256())
    return Pair(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )  # fmt: skip
