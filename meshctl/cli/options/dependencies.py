"""Declares the options that say how calls between workloads are known."""

from typing import Annotated, NamedTuple

import typer

from meshctl.cluster.prometheus import Prometheus
from meshctl.generate.dependencies.observed import ObservedCall, observed_calls


class CallFlags(NamedTuple):
    """Where calls are looked for beside the mesh itself."""

    prometheus: Annotated[
        str | None,
        typer.Option("--prometheus", metavar="URL", help="Ask there who really called whom."),
    ] = None
    window: Annotated[
        str, typer.Option("--window", metavar="TIME", help="How far back Prometheus is asked.")
    ] = "7d"

    @property
    def metrics(self) -> Prometheus | None:
        """The Prometheus that is named; UsageError for what is no URL."""
        return Prometheus(self.prometheus) if self.prometheus is not None else None

    def observed(self, metrics: Prometheus | None) -> list[ObservedCall]:
        """List who called whom; raises ClusterError where Prometheus can't be asked."""
        return observed_calls(metrics, self.window) if metrics is not None else []
