"""Starts a rule: its module and its two cases, which fail until they are filled."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"(?P<family>[a-z]+(?:[-_][a-z]+)*)/(?P<rule>[a-z0-9]+(?:[-_][a-z0-9]+)*)")
WITHOUT_OBJECTS = {"document", "internal", "schema"}
MODULE = '''\
"""TODO: one sentence that states the bad pattern.

TODO: what the mesh does with it at run time, and what people see of it.

Fix: TODO: what to write instead.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import {view}
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on={view}, severity=Severity.WARNING, since="{version}")
def check({resource}: {view}, mesh: Mesh) -> Iterator[Outcome]:
    """Report TODO."""
    if {resource}.name == "TODO: the pattern, asked of the mesh":
        yield Finding({resource}.at("metadata", "name"), "TODO: the value, and what the mesh does")
'''
FORBIDDEN = re.compile(r"(check|no|use|avoid|prefer|invalid|do[-_]not)[-_]")
"""What a name of a rule never begins with: it states the bad pattern."""
CASE = """\
apiVersion: TODO
kind: {view}
metadata:
  name: web{expectation}
  namespace: shop
spec: {{}}
"""


def main(arguments: list[str]) -> int:
    """Make the files of FAMILY/NAME; exit code 2 with one sentence where that can't be."""
    match = NAME.fullmatch(arguments[0]) if len(arguments) == 1 else None
    if match is None:
        return _fail("name the rule as FAMILY/NAME: make new-rule RULE=gateway/port-without-name")
    family, name = (match[part].replace("-", "_") for part in ("family", "rule"))
    folder = ROOT / "meshctl" / "rules" / family
    module, cases = folder / f"{name}.py", ROOT / "tests" / "rules" / family / name
    if family in WITHOUT_OBJECTS:
        return _fail(f"{family} holds what is found while sources are read; see its other modules")
    if not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in folder.parent.glob("*/__init__.py")))
        return _fail(f"there is no family {family}; take one of {known}, or make its folder first")
    if FORBIDDEN.match(name):
        return _fail(f"{name} says what to do; name the bad pattern, as in port-without-name")
    if module.exists() or cases.exists():
        return _fail(f"{family}/{name} exists already")
    view = "".join(word.capitalize() for word in family.split("_"))
    cases.mkdir(parents=True)
    module.write_text(MODULE.format(view=view, resource=family, version=_version()))
    (cases / "bad.yaml").write_text(CASE.format(view=view, expectation="  # expect: TODO"))
    (cases / "good.yaml").write_text(CASE.format(view=view, expectation=""))
    for file in (module, cases / "bad.yaml", cases / "good.yaml"):
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    sys.stdout.write("fill them, then: make update && make test T=tests/rules\n")
    return 0


def _version() -> str:
    text = (ROOT / "meshctl" / "__init__.py").read_text()
    found = re.search(r'__version__ = "([^"]+)"', text)
    return found[1] if found else "0.1.0"


def _fail(sentence: str) -> int:
    sys.stderr.write(f"new-rule: {sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
