"""Reads from requirements.lock what meshctl needs to run, without what checks and tests it.

``python packaging/locked.py [EXTRA…]`` prints requirements with hashes: those of meshctl and of the
extras, what they need in turn, and hatchling, which builds meshctl. pip takes them with
``--require-hashes``, so that an install has what was tested and nothing else.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BUILDER = ("hatchling",)
_PINNED = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,.-]*\])?==(?P<version>[^\s;\\]+)")
_PARENT = re.compile(r"\s+#\s+(?:via )?(?P<name>[\w.-]+)")


class Locked(NamedTuple):
    """One pinned package: its lines of the lock, and the packages that brought it there."""

    name: str
    version: str
    text: str
    wanted_by: frozenset[str]


def normal(name: str) -> str:
    """Write the name of a package as an index compares it: up to an extra or a version."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", name, maxsplit=1)[0]).lower()


def read_lock(text: str) -> list[Locked]:
    """Take a lock apart; uv names the parents of each package in comments below it."""
    found = []
    for block in re.split(r"\n(?=[\w])", text):
        pinned = _PINNED.match(block)
        if pinned is not None:
            parents = map(_PARENT.match, block.splitlines())
            wanted_by = frozenset(normal(parent["name"]) for parent in parents if parent)
            found.append(Locked(normal(pinned["name"]), pinned["version"], block, wanted_by))
    return found


def asked_for(project: dict, extras: tuple[str, ...]) -> Iterator[str]:
    """Name what the project asks for, with the extras and those that they name in turn."""
    known = project["optional-dependencies"]
    for extra in extras:
        if extra not in known:
            raise SystemExit(f"there is no extra {extra!r}; there are {', '.join(known)}")
    waiting = [*project["dependencies"], *(one for extra in extras for one in known[extra])]
    while waiting:
        wanted = waiting.pop()
        if normal(wanted) == normal(project["name"]):
            inner = re.search(r"\[([\w,]+)\]", wanted)
            waiting += (
                [one for extra in inner[1].split(",") for one in known[extra]] if inner else []
            )
        else:
            yield normal(wanted)


def needed(locked: list[Locked], roots: set[str]) -> list[Locked]:
    """Pick the roots and all that they bring."""
    missing = roots - {one.name for one in locked}
    if missing:
        raise SystemExit(f"requirements.lock lacks {', '.join(sorted(missing))}; run `make lock`")
    chosen = set(roots)
    while more := {one.name for one in locked if one.wanted_by & chosen} - chosen:
        chosen |= more
    return [one for one in locked if one.name in chosen]


def runtime(extras: tuple[str, ...], builder: tuple[str, ...] = ()) -> list[Locked]:
    """What an install of meshctl with these extras has, and what builds it where that is named."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = read_lock((ROOT / "requirements.lock").read_text())
    return needed(lock, {*asked_for(project, extras), *builder})


if __name__ == "__main__":
    sys.stdout.write("\n".join(one.text for one in runtime(tuple(sys.argv[1:]), BUILDER)) + "\n")
