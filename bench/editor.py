"""How long does an editor wait for findings? From didChange to the findings of the whole folder.

    python bench/editor.py [OBJECTS]...

Every figure is of edits of one file of a folder, one after the other, in turns: a line is added and
removed, a host is misspelt and put right, and so are a port of a Service and a label of a Namespace,
which concerns the whole mesh. The waiting for a next keystroke is in it. The seconds of CPU of the
server are what a busy machine hardly changes.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from generate import write

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.lsp.editor import Editor

ROUNDS = 10
"""How often each edit is made and taken back; the first time isn't counted."""
BUDGETS = {300: "100 ms", 3000: "1000 ms"}
BROKEN_EVERY = 50
_PAUSE = 0.3
"""Seconds between two edits: nobody types without a pause."""


class Edit(NamedTuple):
    """How long one edit took until the findings of its file, and those of the folder, in seconds."""

    file: float
    folder: float
    cpu: float


EDITS: dict[str, Callable[[str], str]] = {
    "a line": lambda text: f"# line\n{text}",
    "a host of a route": lambda text: _later(text, "host: ", "host: x"),
    "a port of a Service": lambda text: _later(text, "targetPort: ", "targetPort: 1"),
    "a label of a Namespace": lambda text: text.replace(
        "istio-injection: ", "istio-injection: x", 1
    ),
}
"""What is edited, and how."""


def main() -> None:
    print("| objects | edit | CPU | file: median | p95 | folder: median | p95 | budget |")
    print("|---|---|---|---|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or BUDGETS:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            write(count, root, broken=BROKEN_EVERY)
            first, taken = measure(root)
        budget = BUDGETS.get(count, "")
        print(f"| {count} | the first | | | | {first * 1000:.0f} ms | | |")
        typed = [one for what in EDITS if "Namespace" not in what for one in taken[what]]
        for what, edits in (*taken.items(), ("all but the Namespace's", typed)):
            print(f"| {count} | {what} | {_figures(edits)} | {budget} |")


def _figures(edits: list[Edit]) -> str:
    cpu = statistics.mean(one.cpu for one in edits)
    figures = [cpu]
    for waits in ([one.file for one in edits], [one.folder for one in edits]):
        figures += statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    return " | ".join(f"{figure * 1000:5.0f} ms" for figure in figures)


def _later(text: str, old: str, new: str) -> str:
    """Edit the first place in the second half of a text."""
    place = text.index(old, len(text) // 2)
    return text[:place] + new + text[place + len(old) :]


def measure(root: Path) -> tuple[float, dict[str, list[Edit]]]:
    """Give the seconds until the first findings, and those of each edit."""
    taken: dict[str, list[Edit]] = {what: [] for what in EDITS}
    started = time.perf_counter()
    with Editor(root) as editor:
        editor.analyzed()
        first = time.perf_counter() - started
        file = max(root.glob("team-*")).name
        text = (root / file).read_text()
        editor.open(file)
        editor.analyzed()
        for number in range(ROUNDS):
            for what, edit in EDITS.items():
                for edited in (edit(text), text):
                    found = _type(editor, file, edited)
                    if number:
                        taken[what].append(found)
    return first, taken


def _type(editor: Editor, file: str, text: str) -> Edit:
    time.sleep(_PAUSE)
    before = cpu_of(editor.process.pid)
    started = time.perf_counter()
    editor.type(file, text)
    editor.analyzed()
    done = time.perf_counter()
    shown = editor.shown_at.get(editor.uri(file), started)
    return Edit(max(shown - started, 0.0), done - started, cpu_of(editor.process.pid) - before)


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process took, as Linux counts them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
