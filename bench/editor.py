"""How long does an editor wait for findings? From didChange to the findings of the whole folder.

    python bench/editor.py [OBJECTS]...

Every figure is of edits of one file of a folder, one after the other: a host is misspelt and put
right, a line is added and removed. The waiting for a next keystroke is in it. The seconds of CPU of
the server are what a busy machine hardly changes.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from generate import write

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.lsp.editor import Editor

EDITS = 15
BUDGETS = {300: "100 ms", 3000: "1000 ms"}
BROKEN_EVERY = 50


def main() -> None:
    print("| objects | findings of | the first | CPU an edit | median | p95 | budget |")
    print("|---|---|---|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or BUDGETS:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            write(count, root, broken=BROKEN_EVERY)
            first, edits, cpu = measure(root)
        for what, taken in zip(("the file", "the folder"), zip(*edits, strict=True), strict=True):
            p95 = statistics.quantiles(taken, n=20)[-1]
            row = (first, cpu, statistics.median(taken), p95)
            figures = " | ".join(f"{figure * 1000:5.0f} ms" for figure in row)
            print(f"| {count} | {what} | {figures} | {BUDGETS.get(count, '')} |")


def measure(root: Path) -> tuple[float, list[tuple[float, float]], float]:
    """Give the seconds until the first findings, those of each edit, and of CPU an edit.

    Of each edit: until the findings of the file are those of its text, and those of the folder.
    """
    edits = []
    started = time.perf_counter()
    with Editor(root) as editor:
        editor.analyzed()
        first = time.perf_counter() - started
        file = max(root.iterdir()).name
        text = (root / file).read_text()
        editor.open(file)
        editor.analyzed()
        before = cpu_of(editor.process.pid)
        place = text.index("host: ", len(text) // 2) + len("host: ")
        for number in range(EDITS):
            edited = (text, text[:place] + "x" + text[place:], f"# line\n{text}")[number % 3]
            time.sleep(0.3)  # nobody types without a pause
            started = time.perf_counter()
            editor.type(file, edited)
            editor.analyzed()
            done = time.perf_counter()
            shown = editor.shown_at.get(editor.uri(file), started)
            edits.append((max(shown - started, 0.0), done - started))
        spent = cpu_of(editor.process.pid) - before
    return first, edits[2:], spent / EDITS


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process took, as Linux counts them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
