"""Declares the options of the admission webhook."""

import tempfile
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.shared import check_word
from meshctl.distribution import with_extra
from meshctl.errors import UsageError
from meshctl.settings import Settings

if TYPE_CHECKING:
    from meshctl.gate.policy import Answering
    from meshctl.gate.serving.server import Serving
    from meshctl.gate.serving.start import Prepare

MODES = ("warn", "enforce", "audit")

Mode = Annotated[
    str,
    typer.Option(
        metavar="MODE",
        help="warn, enforce or audit; a label meshctl.io/admission of a namespace wins.",
        autocompletion=complete.values(*MODES),
    ),
]


class CertificateFlags(NamedTuple):
    """Where the certificate of the webhook comes from."""

    tls_cert: Annotated[
        str, typer.Option("--tls-cert", metavar="FILE", help="Certificate, in PEM.")
    ] = ""
    tls_key: Annotated[str, typer.Option("--tls-key", metavar="FILE", help="Its key, in PEM.")] = ""
    self_signed: Annotated[
        bool,
        typer.Option("--self-signed", help="Make certificates, and keep them in a Secret."),
    ] = False


class PortFlags(NamedTuple):
    """Where the webhook listens."""

    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")
    ] = "0.0.0.0"  # noqa: S104 - a pod is reached by its address
    port: Annotated[int, typer.Option("--port", help="Port of reviews, over TLS.")] = 8443
    health_port: Annotated[
        int, typer.Option("--health-port", help="Port of /livez, /readyz and /metrics.")
    ] = 8080


class Prepared(NamedTuple):
    """How to serve, and what is done for it before the cluster is watched."""

    serving: "Serving"
    prepare: "Prepare | None"


def prepared(
    certificate: CertificateFlags, ports: PortFlags, answering: "Answering", namespace: str
) -> Prepared:
    """Decide how to serve; UsageError for flags that say nothing, or too much, of certificates."""
    _expect_packages()
    from meshctl.gate.serving.server import Serving

    files = certificate.tls_cert, certificate.tls_key
    if certificate.self_signed == any(files) or (any(files) and not all(files)):
        raise UsageError(
            "the webhook needs a certificate: give --tls-cert with --tls-key, or --self-signed "
            "with --namespace"
        )
    prepare = None
    if certificate.self_signed:
        from meshctl.gate.serving.self_signed import SelfSigned

        if not namespace:
            raise UsageError("--self-signed keeps a Secret; --namespace says where")
        made = SelfSigned(namespace, tempfile.mkdtemp(prefix="meshctl-"))
        files, prepare = (made.certificate, made.key), made.prepare
    serving = Serving(
        *files, host=ports.host, port=ports.port, health_port=ports.health_port,
        answering=answering,
    )  # fmt: skip
    return Prepared(serving, prepare)


def _expect_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("aiohttp", "prometheus_client") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the webhook needs packages that are not installed ({', '.join(missing)}); "
            f"{with_extra('webhook')}"
        )


def answering_of(mode: str, settings: Settings, cluster: str = "live") -> "Answering":
    """Say how reviews are answered; UsageError for a mode that there isn't."""
    from meshctl.gate.policy import Answering, Mode

    check_word("--mode", mode, MODES)
    return Answering(Mode(mode), settings.fail_on, cluster)
