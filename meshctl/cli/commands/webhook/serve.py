"""``meshctl webhook serve``: answer the API server's reviews of changes, and audit the mesh."""

from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags, connect
from meshctl.cli.options.gate import (
    CertificateFlags,
    Mode,
    PortFlags,
    answering_of,
    prepared,
)
from meshctl.cli.options.groups import with_options

Config = Annotated[str | None, typer.Option("--config", metavar="FILE", help="Config file.")]
Namespace = Annotated[
    str, typer.Option("-n", "--namespace", metavar="NS", help="Namespace it runs in, if it does.")
]
AuditEvery = Annotated[
    float, typer.Option(metavar="SECONDS", help="Longest time between audits; 0 for none at all.")
]


@with_options
def run(
    cluster: ClusterFlags,
    certificate: CertificateFlags,
    ports: PortFlags,
    mode: Mode = "warn",
    namespace: Namespace = "",
    config: Config = None,
    audit_every: AuditEvery = 300,
) -> None:
    """Answer reviews over TLS from a live snapshot of the mesh, until it is told to stop.

    Exit code: 0 stopped, 2 the job could not be done.
    """
    from meshctl.gate.serving.start import serve

    settings = options.settings_from(options.SourceFlags(config=config), is_live=True)
    serving, prepare = prepared(certificate, ports, answering_of(mode, settings), namespace)
    serving = serving._replace(pace=serving.pace._replace(most=audit_every), audits=audit_every > 0)
    serve(lambda: connect(cluster.access), serving, settings, namespace=namespace, prepare=prepare)
