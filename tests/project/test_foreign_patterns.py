"""Only patterns of our own run on ``re``, which may take exponential time; others on RE2."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SHIPPED = frozenset({"inspect/diagnose/signatures.py", "lazy_pattern.py"})
"""Files whose patterns stand in tables that ship, and the one whose callers are looked at."""
ROOT = Path(__file__).parents[2] / "meshctl"
TAKES_A_PATTERN = frozenset({
    "compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer",
})  # fmt: skip


def foreign(text: str) -> Iterator[int]:
    """The lines that give ``re`` a pattern made of more than constants of the module."""
    tree = ast.parse(text)
    constants = {
        name.id
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for name in ast.walk(statement)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "re":
            yield node.lineno
        if isinstance(node, ast.Call) and _takes_a_pattern(node.func):
            given = [
                *node.args[:1],
                *(each.value for each in node.keywords if each.arg == "pattern"),
            ]
            parts = [part for one in given for part in ast.walk(one)]
            escaped = {id(part) for one in parts if _is_escape(one) for part in ast.walk(one)}
            left = [part for part in parts if id(part) not in escaped]
            names = {part.id for part in left if isinstance(part, ast.Name)}
            if names - constants or any(isinstance(part, ast.Call) for part in left):
                yield node.lineno


def _takes_a_pattern(called: ast.AST) -> bool:
    if isinstance(called, ast.Attribute):
        of_re = isinstance(called.value, ast.Name) and called.value.id == "re"
        return of_re and called.attr in TAKES_A_PATTERN
    return isinstance(called, ast.Name) and called.id == "lazy_pattern"


def _is_escape(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.escape"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('import re\nre.compile("a")', []),
        ('import re\n_A = "a"\nre.search(rf"{_A}+", x)', []),
        ("import re\ndef f(p):\n    return re.match(p, '')", [3]),
        ("import re\nre.sub('x' + read(), '', x)", [2]),
        ("import re\nre.sub('x' + re.escape(read()), '', x)", []),
        ("from re import compile", [1]),
    ],
)
def test_the_search_finds_them(text: str, lines: list[int]) -> None:
    assert list(foreign(text)) == lines


def test_no_foreign_pattern_runs_on_re() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted(ROOT.rglob("*.py"))
        if str(file.relative_to(ROOT)) not in SHIPPED
        for line in foreign(file.read_text(encoding="utf-8"))
    ]
    assert found == [], "run them with meshctl.re2.patterns.compiled"
