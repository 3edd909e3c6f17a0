"""Declares the options by which a command finds istiod."""

from functools import partial
from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options.connect import ClusterFlags, connect
from meshctl.cluster.istiod import IstiodPlace, Istiods
from meshctl.istio.names import ISTIO_NAMESPACE


class ControlPlaneFlags(NamedTuple):
    """Which istiods are asked, and how they are reached."""

    istio_namespace: Annotated[
        str, typer.Option("-i", "--istio-namespace", metavar="NS", help="Namespace of istiod.")
    ] = ISTIO_NAMESPACE
    revision: Annotated[
        str,
        typer.Option("-r", "--revision", help="Ask the istiods of this revision or tag alone."),
    ] = ""
    istiod_address: Annotated[
        str,
        typer.Option(
            metavar="HOST[:PORT]",
            help="Ask istiod here with a token, where port-forwards are refused. Port: 15014.",
        ),
    ] = ""
    istiod_url: Annotated[
        str, typer.Option(metavar="URL", help="Ask istiod here without a token, nor a cluster.")
    ] = ""

    def of(self, cluster: ClusterFlags) -> Istiods:
        """Name the istiods that are meant; the cluster is reached when it is needed."""
        access = cluster.access
        return Istiods(partial(connect, access), access.timeout, IstiodPlace(*self))
