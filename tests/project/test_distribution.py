"""The name of the distribution, in packages and in what people are told to install."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from meshctl.distribution import NAME, with_extra

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
KINDS = {".md", ".yml", ".yaml", ".json", ".py", ".rb", ".toml", ".ts", ".txt", ""}
INSTALLS = re.compile(
    r"\b(?:pip3?|pipx|uv|uv tool|uv pip) (?:install|run|add) [^\n`#;&|]*|\buvx [^\n`#;&|]*"
)
BARE = re.compile(rf"(?:meshctl|{NAME})(?:\[[\w,]*\])?(?:[=<>~!]=.*)?")


def strangers(text: str) -> list[str]:
    """Commands that install a package by a bare name of ours, which an index may give to others."""
    return [
        command
        for command in INSTALLS.findall(text)
        for word in re.findall(r"'[^']*'|\"[^\"]*\"|\S+", command)
        if BARE.fullmatch(word.strip("'\",.)"))
    ]


def texts() -> list[Path]:
    """What is in the repository, but for the cases of rules."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in names.split("\0") if not name.startswith("tests/rules/")]
    return [file for file in files if file.is_file() and file.suffix in KINDS]


@pytest.mark.parametrize(
    ("text", "is_stranger"),
    [
        ("pip install meshctl", True),
        ("run `pip install 'meshctl[lsp]'` first", True),
        ("pipx install meshwright==0.1.0", True),
        ("uv tool install meshctl --quiet", True),
        ("pip install 'meshwright[lsp] @ git+https://git.example.com/meshctl.git@v1'", False),
        ("pip install git+https://git.example.com/meshctl.git@v0.1.0 # where you keep it", False),
        (".venv/bin/pip install --editable . && .venv/bin/meshctl analyze examples/", False),
    ],
)
def test_strangers_are_told_from_ours(text: str, is_stranger: bool) -> None:
    assert is_stranger == bool(strangers(text))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git lists the files")
def test_nothing_tells_to_install_a_stranger() -> None:
    mine = Path(__file__)
    found = {
        str(file.relative_to(ROOT)): told
        for file in texts()
        if file != mine and (told := strangers(file.read_text(errors="replace")))
    }
    assert {} == found


def test_the_package_has_the_name_that_messages_tell() -> None:
    assert NAME == PROJECT["name"]
    assert NAME != "meshctl"
    known = set(PROJECT["optional-dependencies"])
    assert {"cluster", "lsp", "webhook"} <= known
    assert "'meshwright[lsp] @ git+URL'" in with_extra("lsp")
    assert {"meshctl", "kubectl-mesh"} == set(PROJECT["scripts"])


def run_as(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys\nsys.argv = [{name!r}, *{arguments!r}]\nfrom meshctl.cli.start import main\nmain()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        ("/usr/bin/kubectl-mesh", "kubectl mesh"),
        ("kubectl-mesh.pyz", "kubectl mesh"),
        ("/usr/bin/meshctl", "meshctl"),
        ("/somewhere/__main__.py", "meshctl"),
    ],
)
def test_usage_names_the_program_as_it_was_called(called: str, shown: str) -> None:
    assert run_as(called, "routes", "--help").stdout.startswith(f"Usage: {shown} routes ")
    refused = run_as(called, "nothing-like-it")
    assert (2, f"{shown} --help lists them") == (
        refused.returncode,
        refused.stderr.strip().rpartition("; ")[2],
    )
