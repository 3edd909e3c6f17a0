"""Declares the options of ``proxy-status``."""

from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options import shared
from meshctl.cli.options.names import split_names
from meshctl.cli.options.shared import FilterFlags
from meshctl.inspect.proxies.selection import SORTS, FailOn, ProxySelection
from meshctl.output.destinations import check_format
from meshctl.output.proxies.write import FORMATS, ProxyWriter


class ProxyFlags(NamedTuple):
    """How proxies are listed, and which of them make the command fail."""

    output: Annotated[str, shared.output(*FORMATS)] = "table"
    sort: Annotated[str, typer.Option(help=f"By {', '.join(SORTS)}.")] = "name"
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="STATE",
            help="What exit code 1 is for: stale (or refused), not-sent, skew or never; "
            "repeatable.",
            show_default="stale",
        ),
    ] = None
    everything: Annotated[
        bool, typer.Option("--all", help="List those in order too, however many.")
    ] = False

    def writer(self, shown: FilterFlags) -> ProxyWriter:
        """Say how proxies are written, and which; UsageError for words that mean nothing."""
        check_format(self.output, *FORMATS)
        choice = ProxySelection(shown.namespaces, shown.selector, self.sort)
        return ProxyWriter(self.output, self.everything, choice, FailOn(split_names(self.fail_on)))


class WatchFlags(NamedTuple):
    """Whether the same is shown again and again."""

    watch: Annotated[bool, typer.Option("-w", "--watch", help="Show it again and again.")] = False
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Pause between two looks of --watch.")
    ] = 2.0
