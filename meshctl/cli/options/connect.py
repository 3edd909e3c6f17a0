"""Declares the options that name a cluster, and reaches it."""

import math
from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.names import split_names
from meshctl.cluster.api import MOST_READ, Access, Cluster
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
    most_read: Annotated[
        int, typer.Option("--max-read", metavar="MIB", help="Most of all lists of a cluster.")
    ] = MOST_READ

    @property
    def access(self) -> Access:
        """How to reach the cluster; UsageError for a wait that makes no sense."""
        if not math.isfinite(self.timeout) or not 0 < self.timeout <= _LONGEST:
            raise UsageError(
                f"--timeout {self.timeout:g} makes no sense; give seconds, more than 0 and at "
                f"most {_LONGEST:g}"
            )
        if self.most_read < 1:
            raise UsageError(f"--max-read {self.most_read} makes no sense; give MiB, at least 1")
        return Access(
            self.kubeconfig, self.context, self.user, tuple(self.groups or ()), self.timeout,
            self.most_read,
        )  # fmt: skip

    @property
    def names_one(self) -> bool:
        """Does any of them say which cluster is meant, or as whom?"""
        return bool(self.kubeconfig or self.context or self.user or self.groups)


class FleetFlags(NamedTuple):
    """Which clusters are read, and how often."""

    contexts: Annotated[
        list[str] | None,
        typer.Option(
            "--contexts",
            metavar="A,B",
            help="With --cluster: these contexts, in parallel.",
            autocompletion=complete.contexts,
        ),
    ] = None
    all_contexts: Annotated[
        bool, typer.Option("--all-contexts", help="With --cluster: every context there is.")
    ] = False
    watch: Annotated[
        bool, typer.Option("--watch", help="With --cluster: go on, and tell what changes.")
    ] = False

    def names(self, access: Access, *, is_alone: bool) -> list[str]:
        """The contexts that are asked for; UsageError for flags that contradict each other.

        ``is_alone`` says that clusters are read, and no files.
        """
        named = list(dict.fromkeys(split_names(self.contexts) or ()))
        if not (named or self.all_contexts or self.watch):
            return []
        if not is_alone or access.context:
            raise UsageError(
                "--contexts, --all-contexts and --watch are about clusters; add --cluster, and "
                "leave files and --context out"
            )
        if self.watch:
            if named or self.all_contexts:
                raise UsageError("--watch follows one cluster; start it once for each context")
            return []
        if self.all_contexts:
            from meshctl.cluster.kubeconfig import context_names

            return context_names(access)
        return named


def connect(access: Access) -> Cluster:
    """Reach the cluster; raises ``ClusterError`` where there is none."""
    from meshctl.cluster.kubeconfig import connect_to  # the kubernetes package is slow to import

    return connect_to(access)
