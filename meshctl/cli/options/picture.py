"""Declares the options that say what of the mesh is drawn."""

from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.shared import FilterFlags, check_word
from meshctl.inspect.graph.answer import Question
from meshctl.inspect.graph.picture import VIEWS


class PictureFlags(NamedTuple):
    """Which picture, of what, and with what on it."""

    view: Annotated[
        str, typer.Option(help=", ".join(VIEWS) + ".", autocompletion=complete.values(*VIEWS))
    ] = "routing"
    focus: Annotated[
        str, typer.Option(metavar="SERVICE", help="Only what leads to it, and where it leads.")
    ] = ""
    findings: Annotated[
        bool | None,
        typer.Option(
            "--findings/--no-findings",
            help="Count findings on nodes.  [default: in meshes of up to 4000 objects]",
        ),
    ] = None

    def question(self, shown: FilterFlags, home: str) -> Question:
        """Say what is asked; UsageError for a view that there is not."""
        check_word("--view", self.view, VIEWS)
        view = next(known for known in VIEWS if known == self.view)
        return Question(view, shown.namespaces, self.focus, shown.home(home), shown.selector)
