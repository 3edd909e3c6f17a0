"""``meshctl dashboard``: open a dashboard of the mesh, or of one proxy, in the browser."""

import webbrowser
from threading import Thread
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.connect import ClusterFlags, connect
from meshctl.cli.options.groups import with_options
from meshctl.cluster.local_port import HOST, LocalPort
from meshctl.inspect.dashboards import DASHBOARDS, find_dashboard
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.output.stderr import complain
from meshctl.words import visible

_PATIENCE = 300.0
"""Seconds that a page may load, or be quiet, before its connection ends."""


@with_options
def run(
    cluster: ClusterFlags,
    name: Annotated[
        str,
        typer.Argument(
            help=f"{', '.join(DASHBOARDS)}.", autocompletion=complete.values(*DASHBOARDS)
        ),
    ],
    pod: Annotated[
        str | None, typer.Argument(metavar="[POD[.NS]]", help="The pod, for envoy.")
    ] = None,
    namespace: Annotated[
        str, typer.Option("-n", "--namespace", metavar="NS", help="Where to look first.")
    ] = ISTIO_NAMESPACE,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of this machine; 0 takes any.")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Open kiali, grafana, jaeger, prometheus, istiod's ControlZ, or the Envoy of a pod.

    The port-forward goes through the API server, as the user of the kubeconfig; it listens on
    this machine alone, until it is interrupted.

    Exit code: 2 the job could not be done.
    """
    access = cluster.access
    found = find_dashboard(connect(access), name, pod, namespace)
    patient = connect(access._replace(timeout=max(access.timeout, _PATIENCE)))
    with LocalPort(patient, found.place, port, complain) as local:
        url = f"http://{HOST}:{local.number}{found.path}"
        typer.echo(url)
        complain(f"pod {visible(found.place.namespace)}/{visible(found.place.pod)}; Ctrl-C ends it")
        if browser:  # one of a terminal returns at its end alone
            Thread(target=_open, args=(url,), daemon=True).start()
        local.serve()


def _open(url: str) -> None:
    if not webbrowser.open(url):
        complain("there is no browser here; open the address yourself")
