"""The house rules that a tool can check."""

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from meshctl.engine.registry import load_all

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "meshctl").rglob("*.py"))
PROGRAMS = sorted((ROOT / "bench").rglob("*.py"))
RULE_IMPORTS = re.compile(
    r"meshctl\.(mesh|resources|validation|istio|re2|words|spelling|rules\.api)\b|(?!meshctl)"
)
FACES = [file for file in sorted((ROOT / "meshctl/mesh").glob("*/__init__.py")) if file.read_text()]
FILES_OF_A_PACKAGE = 20
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
LINES_OF_A_RULE = 60


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(
    "file", [*MODULES, *PROGRAMS], ids=lambda file: str(file.relative_to(ROOT))
)
def test_files_and_functions_stay_short(file: Path) -> None:
    text = file.read_text()
    long = [
        function.name
        for function in functions(ast.parse(text))
        if function.end_lineno - function.lineno + 1 > LINES_OF_A_FUNCTION
    ]
    is_rule = file.parent.parent.name == "rules"
    limit = LINES_OF_A_RULE if is_rule else LINES_OF_A_FILE
    assert (long, len(text.splitlines()) <= limit) == ([], True)


def test_packages_stay_small() -> None:
    files = Counter(file.parent for file in MODULES if "rules" not in file.parts)
    assert [str(package) for package, count in files.items() if count > FILES_OF_A_PACKAGE] == []


@pytest.mark.parametrize("package", FACES, ids=lambda face: face.parent.name)
def test_a_face_gives_what_it_declares(package: Path) -> None:
    tree = ast.parse(package.read_text())
    name = f"meshctl.mesh.{package.parent.name}"
    declared = {
        alias.name: node.module.removeprefix(f"{name}.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "meshctl.lazy_face"
        for alias in node.names
        if node.module != "typing"
    }
    module = import_module(name)
    assert declared == module._HOMES
    assert all(getattr(module, name) is not None for name in declared)


@pytest.mark.parametrize("rule", load_all(), ids=lambda rule: rule.id)
def test_rules_import_only_the_mesh_and_the_standard_library(rule) -> None:
    file = ROOT / "meshctl" / "rules" / f"{rule.id.replace('-', '_')}.py"
    imported = [
        node.module
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
    ]
    assert [name for name in imported if not RULE_IMPORTS.match(name)] == []


def test_rule_names_state_the_bad_pattern() -> None:
    wrong = re.compile(r"/(check|no|use|avoid|prefer|invalid|do-not)-")
    assert [rule.id for rule in load_all() if wrong.search(rule.id)] == []


def test_rules_are_filled() -> None:
    assert [rule.id for rule in load_all() if "TODO" in rule.docs] == []


def test_every_case_folder_belongs_to_a_rule() -> None:
    known = {rule.id.replace("-", "_") for rule in load_all()}
    cases = ROOT / "tests" / "rules"
    folders = {
        str(folder.relative_to(cases)) for folder in cases.glob("[a-z]*/[a-z]*") if folder.is_dir()
    }
    assert folders - known == set()


def test_every_test_module_has_a_name_of_its_own() -> None:
    names = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
