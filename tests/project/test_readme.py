"""Every command of the README runs as it is shown, in a fresh clone with the examples."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIVE = re.compile(
    r" --(cluster|from-cluster|webhook)\b|^meshctl (proxy-status|version|dashboard)\b"
)
"""Commands that ask a cluster."""
BLOCKS = [
    [
        line.partition(" #")[0].rstrip()
        for line in block.splitlines()
        if line.startswith("meshctl ") and not LIVE.search(line)
    ]
    for block in BLOCK.findall((ROOT / "README.md").read_text())
]
HELM = shutil.which("helm")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "examples", home / "examples")
    shutil.copy(ROOT / ".meshctlignore", home)
    name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], [*name, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *words], cwd=home, check=True)
    return home


def test_the_readme_has_commands() -> None:
    assert len([one for block in BLOCKS for one in block]) > 20


@pytest.mark.parametrize("block", [one for one in BLOCKS if one], ids=lambda block: block[0])
def test_the_commands_of_a_block_run_one_after_another(block: list[str], clone: Path) -> None:
    for command in block:
        if HELM or " --values " not in command:
            done = _run(command, clone)
            assert done.returncode in {0, 1}, f"{command}: {done.stderr}"


def _run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    alias = f'meshctl() {{ {shlex.quote(sys.executable)} -m meshctl "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", alias + command],
        cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = re.compile(r"^(?: {4}|\$ )?meshctl ([a-z][a-z-]*)([^`|#\n]*)", re.MULTILINE)
INLINE = re.compile(r"`meshctl ([a-z][a-z-]*)([^`|#\n]*)`")
OPTION = re.compile(r"(?<=\s)(--[a-z][a-z-]+|-[a-zA-Z])(?=[\s=]|$)")
CODE = re.compile(r"^```(?:sh|console)\n(.*?)^```$|((?:^ {4}.*\n)+)", re.MULTILINE | re.DOTALL)


@cache
def _help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "meshctl", *command, "--help"],
        env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_guides_name_commands_and_options_that_there_are(guide: Path) -> None:
    text = guide.read_text()
    blocks = [first or second for first, second in CODE.findall(text)]
    found = [one for block in blocks for one in WRITTEN.findall(block)] + INLINE.findall(text)
    wrong = []
    for name, rest in found:
        words = rest.split()
        is_group = name in {"generate", "webhook"} and words and words[0].isalpha()
        shown = _help_of(*((name, words[0]) if is_group else (name,)))
        options = set(OPTION.findall(rest))
        wrong += [f"meshctl {name}{rest}"] if not shown else []
        wrong += [
            f"{option} of {name}"
            for option in options
            if shown and not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", shown)
        ]
    assert wrong == []


def test_the_tree_in_the_architecture_is_the_tree() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`([a-z0-9_]+)/", text))
    packages = {one.parent.name for one in (ROOT / "meshctl").glob("*/__init__.py")}
    assert packages - named == set()
    folders = set(re.findall(r"`tests/([a-z0-9_]+)/`", text))
    assert folders - {one.name for one in (ROOT / "tests").iterdir()} == set()
