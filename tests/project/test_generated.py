"""Files that are made from code equal what the code makes now."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from meshctl.cli.commands.completion import Shell, script
from meshctl.config.file import config_schema
from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all
from meshctl.output.findings.formats import render
from meshctl.output.rules import write_markdown
from meshctl.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a file with what it should hold, or write it under ``--update``."""

    def compare(file: Path, actual: str) -> None:
        if request.config.getoption("--update"):
            file.write_text(actual)
        assert file.read_text() == actual

    return compare


def test_config_schema_is_current(kept) -> None:
    kept(ROOT / "schemas" / "meshctl-config.json", json.dumps(config_schema(), indent=2) + "\n")


@pytest.mark.parametrize("shell", list(Shell))
def test_completions_are_current(kept, shell: Shell) -> None:
    kept(ROOT / "completions" / f"meshctl.{shell.value}", script(shell) + "\n")


def test_readme_lists_every_rule(kept) -> None:
    table = io.StringIO()
    write_markdown([rule for rule in load_all() if rule.family != "internal"], table)
    readme = (ROOT / "README.md").read_text()
    block = f"<!-- rules -->\n{table.getvalue()}<!-- /rules -->"
    shown = re.compile(r"<!-- rules -->.*<!-- /rules -->", re.DOTALL)
    kept(ROOT / "README.md", shown.sub(lambda _: block, readme))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples_give_what_they_expect(kept, example: Path, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    text = io.StringIO()
    render("text", analyze([str(example.relative_to(ROOT))], Settings()), text)
    kept(example / "expected.txt", text.getvalue())


def test_readme_shows_a_real_finding(kept, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    text = io.StringIO()
    render("text", analyze(["examples/mtls-migration"], Settings()), text)
    readme = (ROOT / "README.md").read_text()
    block = f"$ meshctl analyze examples/mtls-migration\n{text.getvalue()}```"
    shown = re.compile(r"\$ meshctl analyze examples/mtls-migration\n.*?```", re.DOTALL)
    kept(ROOT / "README.md", shown.sub(lambda _: block, readme, count=1))
