"""Compiles the model, the views and the checks of a wheel with mypyc, for this platform and Python.

The wheel that it writes into dist/ has machine code beside the same sources. It takes some ten minutes;
``make compiled`` runs it.
"""

import ast
import contextlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from locked import ROOT
from mypyc.build import mypycify
from release import DIST, run
from setuptools import Distribution

from packaging import tags

BUILD = ROOT / "build" / "compiled"

PACKAGES = (
    "engine/needs.py", "engine/runner.py", "istio", "mesh", "re2", "resources", "validation",
    "yaml/positions.py", "yaml/scalars.py", "yaml/splitter.py",
)  # fmt: skip
"""What large inputs spend their time in, below ``meshctl/``."""

LEFT = {
    # Its classes come of two others each; native ones have one base.
    "resources/kubernetes/made.py",
    # It is what is written out below.
    "resources/cached_property.py",
    # mypyc writes no text with halves of surrogate pairs.
    "re2/patterns.py",
}
"""What stays as it is."""

_OPEN = "@mypyc_attr(allow_interpreted_subclasses=True)\n"
_NATIVE_IMPORT = (
    "\nfrom typing import TYPE_CHECKING as _IS_CHECKED\n\nif _IS_CHECKED:\n"
    "    from mypy_extensions import mypyc_attr\n"
)


def sources(names: Iterable[str] = PACKAGES) -> Iterator[Path]:
    """List the files to compile, below ``meshctl/``."""
    for name in names:
        found = Path(name)
        if found.suffix:
            yield found
        else:
            package = ROOT / "meshctl"
            files = (file.relative_to(package) for file in (package / name).rglob("*.py"))
            yield from sorted(file for file in files if file.as_posix() not in LEFT)


def written_out(source: str, opened: frozenset[str]) -> str:
    """Write a module so that mypyc keeps its meaning.

    A ``cached_property`` becomes an attribute, a flag and a property, since mypyc 2.4 takes it for
    a property that is worked out each time (python/mypy, pull request 21611). The classes that are
    ``opened`` may have subclasses that aren't compiled.
    """
    edits: list[tuple[int, int, list[str]]] = []
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            edits += _kept_answers(node, source, lines)
            if node.name in opened:
                edits.append((node.lineno - 1, node.lineno - 1, [_OPEN]))
    for start, end, text in sorted(edits, key=lambda edit: edit[0], reverse=True):
        lines[start:end] = text
    if any(_OPEN in text for _, _, text in edits):
        lines.insert(tree.body[0].end_lineno or 0, _NATIVE_IMPORT)
    return "".join(lines)


def _kept_answers(
    owner: ast.ClassDef, source: str, lines: list[str]
) -> Iterator[tuple[int, int, list[str]]]:
    data = [one for one in owner.decorator_list if ast.unparse(one).startswith("dataclass")]
    found = [node for node in owner.body if isinstance(node, ast.FunctionDef) and _keeps(node)]
    for node in found:
        first, end = node.decorator_list[0].lineno - 1, node.end_lineno or 0
        made = [*lines[node.lineno - 1 : end]]
        made[0] = made[0].replace(f"def {node.name}(", f"def _make_{node.name}(", 1)
        kind = " ".join((ast.get_source_segment(source, node.returns) or "").split())
        fields = _fields(node.name, kind, is_data=bool(data))
        yield first, end, [fields, *made, _reading(node.name, kind)]
    if found and data:  # what is worked out later is written into it
        line = data[0].lineno - 1
        yield line, line + 1, [lines[line].replace("frozen=True, ", "")]
        yield line, line, ["from dataclasses import field as _field\n"]


def _keeps(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(one) == "cached_property" for one in node.decorator_list)


def _fields(name: str, kind: str, *, is_data: bool) -> str:
    aside = "_field(init=False, repr=False, compare=False"
    flag, value = (f"{aside}, default_factory=bool)", f" = {aside})") if is_data else ("False", "")
    return f"    _has_{name}: bool = {flag}\n    _kept_{name}: {kind}{value}\n\n"


def _reading(name: str, kind: str) -> str:
    return (
        f"\n    @property\n    def {name}(self) -> {kind}:\n        if not self._has_{name}:\n"
        f"            self._kept_{name} = self._make_{name}()\n            self._has_{name} = True\n"
        f"        return self._kept_{name}\n"
    )


def open_classes(compiled: set[Path]) -> frozenset[str]:
    """Name the classes of compiled files that classes of other files come of, and their own bases."""
    bases: dict[str, set[str]] = {}
    asked: list[str] = []
    for file in (ROOT / "meshctl").rglob("*.py"):
        is_compiled = file.relative_to(ROOT / "meshctl") in compiled
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                names = {ast.unparse(base).partition("[")[0] for base in node.bases}
                if is_compiled:
                    bases.setdefault(node.name, set()).update(names)
                else:
                    asked += names
    opened: set[str] = set()
    while asked:
        name = asked.pop()
        if name in bases and name not in opened and name != "Protocol":
            opened.add(name)
            asked += bases[name]
    return frozenset(opened)


def compiled(names: Iterable[str] = PACKAGES, level: str = "2") -> Path:
    """Compile the files below ``meshctl/``; the code stands in the directory that it returns."""
    source, target = BUILD / "source", BUILD / "code"
    for directory in (source, target):
        shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(ROOT / "meshctl", source / "meshctl")
    files = list(sources(names))
    opened = open_classes(set(files))
    for file in files:
        copy = source / "meshctl" / file
        copy.write_text(written_out(copy.read_text(), opened))
    with contextlib.chdir(source):
        checks = ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports"]
        modules = mypycify(
            [*checks, *(str("meshctl" / file) for file in files)], opt_level=level, debug_level="0",
            multi_file=True, group_name="meshctl", target_dir=str(BUILD / "c"),
        )  # fmt: skip
        build = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
        build.build_lib, build.build_temp = str(target), str(BUILD / "objects")
        build.ensure_finalized()
        build.run()
    return target


def main() -> None:
    """Write the compiled wheel; what it holds stands in ``build/compiled/wheel``, too."""
    pure, unpacked = BUILD / "pure", BUILD / "wheel"
    for directory in (pure, unpacked):
        shutil.rmtree(directory, ignore_errors=True)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", pure)
    run(sys.executable, "-m", "wheel", "unpack", "-d", unpacked, *pure.iterdir())
    (content,) = unpacked.iterdir()
    shutil.copytree(compiled(), content, dirs_exist_ok=True)
    facts = next(content.glob("*.dist-info/WHEEL"))
    text = facts.read_text().replace("Root-Is-Purelib: true", "Root-Is-Purelib: false")
    facts.write_text(text.replace("Tag: py3-none-any", f"Tag: {next(tags.sys_tags())}"))
    DIST.mkdir(exist_ok=True)
    run(sys.executable, "-m", "wheel", "pack", "-d", DIST, content)


if __name__ == "__main__":
    main()
