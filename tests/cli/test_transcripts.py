"""Transcripts: every ```console block of the files beside this one is run and compared.

A block holds commands (``$ …``), what they print, and ``[exit N]`` where the exit code is not 0.
Files that a block needs stand before it in fenced blocks whose first line is ``# file: NAME``.
Commands run in one empty directory for each transcript, shown as ``/here``; ``--update`` rewrites the output.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```(console|\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# file: (\S+)\n")
CHANGES_OUTPUT = re.compile(
    r"^(CI|NO_COLOR|FORCE_COLOR|TERM|COLUMNS|GITHUB_|GITLAB_|MESHCTL_|_MESHCTL)"
)


def clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not CHANGES_OUTPUT.match(name)}
    return {**kept, "COLUMNS": "100"}


def run_command(line: str, cwd: Path) -> str:
    """Run one ``$`` line (pipes allowed, through bash) and write down what came of it."""
    alias = f'meshctl() {{ {shlex.quote(sys.executable)} -m meshctl "$@"; }}; set -o pipefail\n'
    done = subprocess.run(
        ["bash", "-c", alias + line],
        cwd=cwd, env=clean_environment(), capture_output=True, text=True, check=False, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    code = f"[exit {done.returncode}]\n" if done.returncode else ""
    printed = (done.stdout + done.stderr).replace(str(cwd), "/here")
    return f"$ {line}\n{printed}{code}"


def replay(text: str, cwd: Path) -> str:
    """Run a transcript and give it back with what was really printed."""

    def block(match: re.Match[str]) -> str:
        kind, body = match[1], match[2]
        named = FILE.match(body)
        if named is not None:
            (cwd / named[1]).parent.mkdir(parents=True, exist_ok=True)
            (cwd / named[1]).write_text(body)
        if kind != "console":
            return match[0]
        commands = [line[2:] for line in body.splitlines() if line.startswith("$ ")]
        return f"```console\n{''.join(run_command(line, cwd) for line in commands)}```"

    return BLOCK.sub(block, text)


@pytest.mark.parametrize("file", sorted(HERE.glob("*.md")), ids=lambda file: file.stem)
def test_transcript(file: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    written = file.read_text()
    actual = replay(written, tmp_path)
    if request.config.getoption("--update"):
        file.write_text(actual)
    else:
        assert written == actual
