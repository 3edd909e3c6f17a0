"""A command declares its options and says who does the work; the work is done elsewhere."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = sorted((ROOT / "meshctl" / "cli" / "commands").rglob("*.py"))
LINES_OF_CODE = 40


@pytest.mark.parametrize("file", COMMANDS, ids=lambda file: f"{file.parent.stem}-{file.stem}")
def test_commands_hold_no_logic(file: Path) -> None:
    """At most 40 lines besides imports, docstrings and blank lines."""
    text = file.read_text()
    aside = {
        number
        for node in ast.walk(ast.parse(text))
        for part in _aside(node)
        for number in range(part.lineno, (part.end_lineno or part.lineno) + 1)
    }
    code = [
        line
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and number not in aside
    ]
    assert len(code) <= LINES_OF_CODE


def _aside(node: ast.AST) -> list[ast.stmt]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [node]
    if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
        return node.body[:1]
    return []
