"""Options by which a command finds istiod."""

from functools import partial
from typing import Annotated

import typer

from meshctl.cli.options.connect import connect
from meshctl.cluster.api import Access
from meshctl.cluster.istiod import IstiodPlace, Istiods

IstioNamespace = Annotated[
    str, typer.Option("-i", "--istio-namespace", metavar="NS", help="Namespace of istiod.")
]
Revision = Annotated[
    str, typer.Option("-r", "--revision", help="Ask the istiods of this revision or tag alone.")
]
IstiodAddress = Annotated[
    str,
    typer.Option(
        metavar="HOST[:PORT]",
        help="Ask istiod here with a token, where port-forwards are refused. Port: 15014.",
    ),
]
IstiodUrl = Annotated[
    str, typer.Option(metavar="URL", help="Ask istiod here without a token, nor a cluster.")
]


def control_plane(access: Access, *where: str) -> Istiods:
    """Name the istiods that the options mean; the cluster is reached when it is needed."""
    return Istiods(partial(connect, access), access.timeout, IstiodPlace(*where))
