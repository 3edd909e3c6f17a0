"""Makes the objects that install the webhook, in the order in which they are applied."""

from collections.abc import Iterator

from meshctl.gate.install.access import access
from meshctl.gate.install.configuration import configuration
from meshctl.gate.install.options import NAME, SERVICE, TLS_SECRET, Install, Object, meta
from meshctl.gate.install.workload import workload
from meshctl.gate.policy import MODE_LABEL, Mode

_CERT_MANAGER = "cert-manager.io/v1"
_AUTHORITY = f"{NAME}-webhook-ca"


def manifests(install: Install) -> Iterator[Object]:
    """Walk the objects; the webhook is told to the API server last."""
    yield namespace(install)
    yield from access(install)
    if install.cert_manager:
        yield from certificates(install)
    yield from workload(install)
    yield configuration(install)


def namespace(install: Install) -> Object:
    """Make the Namespace, whose changes never wait for what runs in it."""
    made = meta(install.namespace)
    made["labels"] |= {
        MODE_LABEL: str(Mode.IGNORE), "pod-security.kubernetes.io/enforce": "restricted",
        "istio-injection": "disabled",
    }  # fmt: skip
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": made}


def certificates(install: Install) -> Iterator[Object]:
    """Walk what cert-manager makes certificates of: an authority of its own, and the Service's."""
    home = install.namespace
    host = f"{SERVICE}.{home}.svc"
    yield {
        "apiVersion": _CERT_MANAGER, "kind": "Issuer",
        "metadata": meta(f"{_AUTHORITY}-issuer", home), "spec": {"selfSigned": {}},
    }  # fmt: skip
    yield _certificate(
        install, _AUTHORITY, {"isCA": True, "commonName": _AUTHORITY, "duration": "87600h"},
        f"{_AUTHORITY}-issuer",
    )  # fmt: skip
    yield {
        "apiVersion": _CERT_MANAGER, "kind": "Issuer", "metadata": meta(SERVICE, home),
        "spec": {"ca": {"secretName": _AUTHORITY}},
    }  # fmt: skip
    names = [host, f"{host}.cluster.local"]
    yield _certificate(install, TLS_SECRET, {"dnsNames": names, "duration": "2160h"}, SERVICE)


def _certificate(install: Install, name: str, more: Object, issuer: str) -> Object:
    return {
        "apiVersion": _CERT_MANAGER,
        "kind": "Certificate",
        "metadata": meta(name, install.namespace),
        "spec": {
            "secretName": name,
            **more,
            "privateKey": {"algorithm": "ECDSA", "size": 256},
            "issuerRef": {"name": issuer, "kind": "Issuer"},
        },
    }
