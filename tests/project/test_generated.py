"""Files that are made from code equal what the code makes now."""

import io
import json
import re
from pathlib import Path

import pytest

from meshctl.cli.completion import Shell, script
from meshctl.config.file import config_schema
from meshctl.engine.loader import load_all
from meshctl.reports.rules import write_markdown

ROOT = Path(__file__).parents[2]


def test_config_schema_is_current() -> None:
    assert json.loads((ROOT / "schemas" / "meshctl-config.json").read_text()) == config_schema()


@pytest.mark.parametrize("shell", list(Shell))
def test_completions_are_current(shell: Shell) -> None:
    assert (ROOT / "completions" / f"meshctl.{shell.value}").read_text() == script(shell) + "\n"


def test_readme_lists_every_rule() -> None:
    table = io.StringIO()
    write_markdown([rule for rule in load_all() if rule.family != "internal"], table)
    readme = (ROOT / "README.md").read_text()
    shown = re.search(r"<!-- rules -->\n(.*?)<!-- /rules -->", readme, re.DOTALL)
    assert shown is not None
    assert shown[1] == table.getvalue()
