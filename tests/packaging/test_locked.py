"""What an install takes out of requirements.lock."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def names(*extras: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, ROOT / "packaging/locked.py", *extras],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line[:1].isalnum()]
    assert done.stdout.count("--hash=sha256:") >= len(lines)
    return {line.partition("==")[0].partition("[")[0] for line in lines}


def test_an_install_has_what_it_needs_and_no_tools_of_ours() -> None:
    plain = names()
    assert {"typer", "pydantic-core", "hatchling"} <= plain
    assert not plain & {"pytest", "mypy", "ruff", "kubernetes", "aiohttp", "playwright"}


def test_extras_bring_their_own_and_those_that_they_name() -> None:
    assert {"kubernetes", "httpx", "wsproto", "socksio"} <= names("cluster")
    assert names("cluster") < names("webhook")
    assert "aiohttp" in names("webhook")


def test_an_unknown_extra_is_named() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "packaging/locked.py", "clusters"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert f"there is no extra 'clusters'; there are {', '.join(known)}" in done.stderr
