"""Mends what ``analyze`` finds, round after round, since one edit may have to wait for another."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from meshctl.engine.fixes import Fixes, fixes
from meshctl.engine.report import Report
from meshctl.line_diff import patch
from meshctl.output.files import write_files
from meshctl.output.stderr import complain
from meshctl.output.stdout import print_exactly
from meshctl.words import amount

if TYPE_CHECKING:
    from meshctl.mesh import Mesh

_ROUNDS = 20


def mend(
    ask: Callable[[], "tuple[Report, Mesh | None]"], *, unsafe: bool, diff: bool
) -> "tuple[Report, Mesh | None]":
    """Apply the edits of findings until none is left, and give what is found then.

    With ``diff`` nothing is written: the first round is printed as a patch, and the process ends
    with 1 if there is one.
    """
    mended: set[str] = set()
    files: set[str] = set()
    for _ in range(_ROUNDS):
        answer = ask()
        made = fixes(answer[0].findings, unsafe=unsafe)
        if diff:
            raise typer.Exit(_show(made))
        new = {found.fingerprint for found in made.mended} - mended
        if not new:
            break
        write_files(
            {file.name: file.after for file in made.files},
            {file.name: file.before for file in made.files},
        )
        mended |= new
        files |= {file.name for file in made.files}
    _tell(len(mended), len(files), answer[0], unsafe=unsafe)
    return answer


def _show(made: Fixes) -> int:
    print_exactly("".join(
        line for file in made.files for line in patch(file.name, file.before, file.after)
    ))  # fmt: skip
    return 1 if made.files else 0


def _tell(mended: int, files: int, left: Report, *, unsafe: bool) -> None:
    text = f"mended {amount(mended, 'finding')} in {amount(files, 'file')}"
    more = 0 if unsafe else sum(bool(found.edits) for found in left.findings)
    if more:
        text += f"; --unsafe-fixes would mend {more} more, in a way that you should look at"
    complain(text)
