"""Modules state in their first line what they do."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "meshctl").rglob("*.py"))
LETTERS_OF_A_SUMMARY = 99


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_modules_state_what_they_do(file: Path) -> None:
    first = (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]
    assert "?" not in first
    assert len(first) <= LETTERS_OF_A_SUMMARY
