"""What is compiled for a wheel means what its sources mean."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
compiled = pytest.importorskip(
    "compiled", reason="mypyc or setuptools is missing: nothing is compiled"
)

VIEWS = {"View", "Resource", "Policy", "Workload"}
KEPT = '''"""Answers that are kept."""

from dataclasses import dataclass
from meshctl.resources.cached_property import cached_property

class Plain:
    asked = 0

    @cached_property
    def answer(self) -> "int | None":
        """Say it."""
        type(self).asked += 1
        return None

class Narrow(Plain):
    @cached_property
    def answer(self) -> int:
        type(self).asked += 1
        return 7

@dataclass(frozen=True, eq=False)
class Data:
    number: int

    @cached_property
    def twice(self) -> int:
        return self.number * 2
'''


def made(text: str) -> dict:
    space: dict = {"__name__": "made"}
    exec(compile(text, "made", "exec", dont_inherit=True), space)  # noqa: S102 - a text of this file
    return space


@pytest.mark.parametrize("text", [KEPT, compiled.written_out(KEPT, frozenset())])
def test_an_answer_is_worked_out_once(text):
    space = made(text)
    plain, narrow = space["Plain"](), space["Narrow"]()
    assert [None, None] == [plain.answer, plain.answer]
    assert [7, 7] == [narrow.answer, narrow.answer]
    assert (1, 2) == (space["Plain"].asked, space["Narrow"].asked)
    data = space["Data"](3)
    assert (6, 6, "Data(number=3)") == (data.twice, data.twice, repr(data))


def test_no_kept_answer_is_left_as_a_property_that_is_worked_out_each_time():
    for file in compiled.sources():
        source = (ROOT / "meshctl" / file).read_text()
        assert "@cached_property" not in compiled.written_out(source, frozenset()), file


def test_what_is_compiled_and_what_is_left_is_there():
    package = ROOT / "meshctl"
    assert [] == [name for name in compiled.PACKAGES if not (package / name).exists()]
    assert [] == [name for name in compiled.LEFT if not (package / name).is_file()]


def test_no_tuple_says_itself_whether_it_is_true():
    """mypyc takes a named tuple for what it holds, and asks no ``__bool__`` of it."""
    for file in compiled.sources():
        for node in ast.walk(ast.parse((ROOT / "meshctl" / file).read_text())):
            if isinstance(node, ast.ClassDef) and "NamedTuple" in map(ast.unparse, node.bases):
                names = {method.name for method in node.body if isinstance(method, ast.FunctionDef)}
                assert not names & {"__bool__", "__len__", "__eq__", "__hash__"}, (file, node.name)


def test_what_a_class_says_for_all_its_objects_is_declared_so():
    """mypyc makes other values of a class attributes of each object, which subclasses don't replace."""
    for file in compiled.sources():
        for node in ast.walk(ast.parse((ROOT / "meshctl" / file).read_text())):
            if isinstance(node, ast.ClassDef) and set(map(ast.unparse, node.bases)) <= VIEWS:
                plain = [ast.unparse(one) for one in node.body if isinstance(one, ast.Assign)]
                assert [] == [one for one in plain if "__slots__" not in one], (file, node.name)


def findings(tree: Path, *options: str) -> str:
    """What an analysis of the examples says with the modules of a tree."""
    command = [sys.executable, "-P", "-m", "meshctl", "analyze", ROOT / "examples", *options]
    env = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler: nothing is compiled")
def test_compiled_views_find_the_same(tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(
        ROOT / "meshctl", tree / "meshctl", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "schemas", tree / "meshctl/schemas", dirs_exist_ok=True)
    compile_in = "import sys, pathlib, compiled; compiled.BUILD = pathlib.Path(sys.argv[1]); "
    done = subprocess.run(
        [sys.executable, "-c", f"{compile_in}compiled.compiled(['resources'], level='0')", tmp_path / "build"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "packaging")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    shutil.copytree(tmp_path / "build/code", tree, dirs_exist_ok=True)
    asked = "import meshctl.resources.view as view; print(view.__file__)"
    shown = subprocess.run(
        [sys.executable, "-P", "-c", asked], env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stdout.strip().endswith(".so")
    assert findings(ROOT, "-o", "json") == findings(tree, "-o", "json") != ""
