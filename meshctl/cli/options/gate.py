"""Declares the options of the admission webhook."""

import tempfile
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.shared import check_word
from meshctl.distribution import with_extra
from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.settings import Settings
from meshctl.words import quoted

if TYPE_CHECKING:
    from meshctl.gate.install.options import Install
    from meshctl.gate.policy import Answering
    from meshctl.gate.serving.server import Serving
    from meshctl.gate.serving.start import Prepare

_NAME = lazy_pattern(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
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


class InstallFlags(NamedTuple):
    """How the webhook is installed."""

    namespace: Annotated[
        str, typer.Option("-n", "--namespace", metavar="NS", help="Namespace to install it in.")
    ] = "meshctl"
    image: Annotated[
        str, typer.Option("--image", metavar="IMAGE", help="Image with the extra webhook in it.")
    ] = ""
    cert_manager: Annotated[
        bool, typer.Option("--cert-manager", help="Have cert-manager make the certificates.")
    ] = False
    service_monitor: Annotated[
        bool,
        typer.Option(
            "--service-monitor/--no-service-monitor",
            help="With a ServiceMonitor, whose CRD the Prometheus operator brings.",
        ),
    ] = True
    read_secrets: Annotated[
        bool,
        typer.Option(
            "--read-secrets", help="Let it list Secrets, of which it asks for metadata alone."
        ),
    ] = False
    root_namespace: Annotated[
        str, typer.Option(metavar="NS", help="Namespace with istiod and its settings.")
    ] = "istio-system"

    def install(self, mode: str) -> "Install":
        """Say what to install; UsageError for names that no object can have."""
        from meshctl.gate.install.options import Install

        check_word("--mode", mode, MODES)
        for name in (self.namespace, self.root_namespace):
            if not _NAME.fullmatch(name):
                raise UsageError(f"{quoted(name)} is no name of a namespace; take a-z, 0-9 and -")
        chosen = Install(
            self.namespace, mode, cert_manager=self.cert_manager,
            service_monitor=self.service_monitor, reads_secrets=self.read_secrets,
            root_namespace=self.root_namespace,
        )  # fmt: skip
        return chosen._replace(image=self.image) if self.image else chosen


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
            f"the webhook needs packages that are missing ({', '.join(missing)}); "
            f"{with_extra('webhook')}"
        )


def answering_of(mode: str, settings: Settings, cluster: str = "live") -> "Answering":
    """Say how reviews are answered; UsageError for a mode that there isn't."""
    from meshctl.gate.policy import Answering, Mode

    check_word("--mode", mode, MODES)
    return Answering(Mode(mode), settings.fail_on, cluster)
