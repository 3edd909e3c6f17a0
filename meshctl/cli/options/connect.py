"""Declares the options that name a cluster, and reaches it."""

import math
from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cluster.api import Access, Cluster
from meshctl.errors import UsageError

_LONGEST = 86_400.0
_TIMEOUT = 10.0


class ClusterFlags(NamedTuple):
    """The options that name a cluster; what is left empty is as kubectl has it."""

    kubeconfig: Annotated[
        str, typer.Option(metavar="FILE", help="Kubeconfig instead of kubectl's.")
    ] = ""
    context: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Context of the kubeconfig.", autocompletion=complete.contexts
        ),
    ] = ""
    user: Annotated[str, typer.Option("--as", metavar="USER", help="User to impersonate.")] = ""
    groups: Annotated[
        list[str] | None,
        typer.Option("--as-group", metavar="GROUP", help="Group to impersonate; repeatable."),
    ] = None
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="Longest wait for one answer.")
    ] = _TIMEOUT

    @property
    def access(self) -> Access:
        """How to reach the cluster; UsageError for a wait that makes no sense."""
        if not math.isfinite(self.timeout) or not 0 < self.timeout <= _LONGEST:
            raise UsageError(
                f"--timeout {self.timeout:g} makes no sense; give seconds, more than 0 and at "
                f"most {_LONGEST:g}"
            )
        return Access(
            self.kubeconfig, self.context, self.user, tuple(self.groups or ()), self.timeout
        )

    @property
    def names_one(self) -> bool:
        """Does any of them say which cluster is meant, or as whom?"""
        return bool(self.kubeconfig or self.context or self.user or self.groups)


def connect(access: Access) -> Cluster:
    """Reach the cluster; raises ``ClusterError`` where there is none."""
    from meshctl.cluster.kubeconfig import connect_to  # the kubernetes package is slow to import

    return connect_to(access)
