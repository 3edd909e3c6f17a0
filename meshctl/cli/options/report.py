"""Declares the options of commands that write a report of findings."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from meshctl.cli.options import complete, shared
from meshctl.cli.options.names import split_names
from meshctl.engine.teams import team_name
from meshctl.errors import UsageError
from meshctl.output.findings.formats import FORMATS
from meshctl.output.findings.outputs import Outputs
from meshctl.output.findings.text_report.view import GROUPS, ReportView
from meshctl.settings import Settings
from meshctl.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshctl.engine.report import Report
    from meshctl.mesh import Mesh


class ReportFlags(NamedTuple):
    """How a report is written, what counts in it, and when it fails."""

    output: Annotated[str, shared.output(*FORMATS)] = "text"
    output_file: Annotated[list[str] | None, shared.output_files(*FORMATS)] = None
    fail_on: Annotated[
        str | None,
        typer.Option(
            help="Least severity for exit code 1: error, warning, info or never.",
            show_default="error",
            autocompletion=complete.values("error", "warning", "info", "never"),
        ),
    ] = None
    ignore: Annotated[
        list[str] | None, typer.Option(help="Leave these rules out.", autocompletion=complete.rules)
    ] = None
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Ignore the findings this file accepts.")
    ] = None

    skip_unreadable: Annotated[
        bool | None,
        typer.Option("--skip-unreadable", help="Go on without files that cannot be read."),
    ] = None
    root: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Top of the repository, for paths in reports."),
    ] = None
    severity: Annotated[
        str,
        typer.Option(
            help="Show findings from this severity on: error, warning or info.",
            autocompletion=complete.values("error", "warning", "info"),
        ),
    ] = "info"
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="One line a finding, and nothing else.")
    ] = False
    everything: Annotated[
        bool, typer.Option("--all", help="Show every finding with its lines, however many.")
    ] = False
    group_by: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help=f"Sort findings by {', '.join(GROUPS)}.",
            autocompletion=complete.values(*GROUPS),
        ),
    ] = ""

    def outputs(self, settings: Settings) -> Outputs:
        """Say where the report goes; UsageError for words that mean nothing."""
        if self.group_by and self.group_by not in GROUPS:
            raise UsageError(
                f"--group-by {quoted(self.group_by)} is not one of {', '.join(GROUPS)}"
            )
        files = self.output_file or []
        return Outputs(self.output, files, settings.fail_on, self.view(settings), self.severity)

    def view(self, settings: Settings) -> ReportView:
        """Say how much of a report people want to see."""
        teams = settings.ownership.teams
        return ReportView(
            self.quiet, self.everything, self.group_by, lambda found: team_name(found, teams),
            namespaces=settings.shown_namespaces,
        )  # fmt: skip

    @property
    def settings(self) -> dict[str, object]:
        """What these flags say for Settings; ``None`` where they say nothing."""
        return {
            "fail_on": self.fail_on,
            "ignore": split_names(self.ignore),
            "baseline": self.baseline,
            "skip_unreadable": self.skip_unreadable,
            "root": self.root,
        }


class FixFlags(NamedTuple):
    """Whether findings are mended in the files."""

    fix: Annotated[
        bool,
        typer.Option("--fix", help="Mend in the files what a program can; --diff only shows it."),
    ] = False
    unsafe_fixes: Annotated[
        bool,
        typer.Option("--unsafe-fixes", help="As --fix, also in ways that may not be meant."),
    ] = False

    def answer(
        self, ask: "Callable[..., tuple[Report, Mesh | None]]", *, diff: bool
    ) -> "tuple[Report, Mesh | None]":
        """Ask for the report, and mend what it finds where that is wanted."""
        if not (self.fix or self.unsafe_fixes):
            return ask(diff=diff)
        from meshctl.cli.fixing import mend

        return mend(partial(ask, diff=False), unsafe=self.unsafe_fixes, diff=diff)


Select = Annotated[
    list[str] | None,
    typer.Option(
        help="Run these rules alone: id, family, glob, IST or KIA code.",
        autocompletion=complete.rules,
    ),
]
Diff = Annotated[
    bool, typer.Option("--diff", help="With --cluster: only what the files would add.")
]
Since = Annotated[
    str | None,
    typer.Option(metavar="GITREV", help="Only what the files add to this git revision; or A..B."),
]
UpdateBaseline = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Write a baseline that accepts today's findings."),
]
