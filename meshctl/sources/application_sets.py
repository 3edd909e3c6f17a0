"""Expands Argo CD's ApplicationSets into what each Application of them says.

Of the generators lists, directories in git and matrices of those; of Go templates the values alone,
without functions (argoproj.io/v1alpha1, applicationset/generators and utils, Argo CD 3.1).
"""

import os
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.plain_objects import items, mapping, text
from meshctl.words import whole_number

_ACTION = lazy_pattern(r"\{\{((?:(?!\{\{|\}\}).)*+)\}\}", re.DOTALL)
_SEGMENT = lazy_pattern(r"index\s+\.path\.segments\s+(\d+)")
_NOT_IN_NAMES = lazy_pattern(r"[^a-z0-9-]+")
_MOST = 500
"""Applications that one set may make here."""
_LONGEST_NAME = 253
_LONGEST_PATTERN = 1000
"""Characters of a pattern for one name; what Python makes of brackets takes time by their square."""

Values = Mapping[str, Any]


class Expansion(NamedTuple):
    """The ``template`` of each Application; ``is_whole`` says that no generator is left out."""

    templates: tuple[dict[str, Any], ...]
    is_whole: bool


def expand(data: Mapping[str, Any], root: Path | None) -> Expansion:
    """Expand an ApplicationSet of the repository at ``root``, as far as files tell.

    Without a root no directories are known. A template that needs more than values is left out.
    """
    spec = mapping(data.get("spec"))
    template = mapping(spec.get("template"))
    is_go = spec.get("goTemplate") is True
    generators = items(spec.get("generators"))
    if spec.get("templatePatch") or not template or not generators:
        return Expansion((), is_whole=False)
    is_whole = True
    found: list[dict[str, Any]] = []
    for generator in generators:
        several = _values(generator, root, is_go=is_go)
        if several is None:
            is_whole = False
            continue
        for values in several:
            written = _Unknown()
            application = _written(template, values, written, is_go=is_go)
            if written.is_met or len(found) >= _MOST:
                is_whole = False
            else:
                found.append(application)
    return Expansion(tuple(found), is_whole)


class _Unknown:
    """Remembers that a template asked for something that isn't known here."""

    is_met = False


def _values(generator: object, root: Path | None, *, is_go: bool) -> list[Values] | None:
    """The sets of values that a generator makes; ``None`` where files don't tell."""
    given = mapping(generator)
    if len(given) != 1:  # a selector, or a template of its own
        return None
    kind, settings = next(iter(given.items()))
    inner = mapping(settings)
    if kind == "list" and "elementsYaml" not in inner and "template" not in inner:
        return [_flat(item, is_go=is_go) for item in items(inner.get("elements"))]
    if kind == "git" and root is not None and not {"files", "pathParamPrefix"} & inner.keys():
        return list(_directories(inner, root, is_go=is_go))
    if kind == "matrix":
        parts = [_values(item, root, is_go=is_go) for item in items(inner.get("generators"))]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            return [
                {key: v for parameters in row for key, v in parameters.items()}
                for row in product(*known)
            ]
    return None


def _flat(element: object, *, is_go: bool) -> Values:
    """What a list's element is called: with Go templates as it stands, else by its keys."""
    own = mapping(element)
    if is_go:
        return own
    found = {key: value for key, value in own.items() if not isinstance(value, dict | list)}
    return found | {f"values.{key}": value for key, value in mapping(own.get("values")).items()}


def _directories(settings: Mapping[str, Any], root: Path, *, is_go: bool) -> Iterator[Values]:
    """Walk the directories that patterns of the git generator take, and none excludes."""
    patterns = [mapping(item) for item in items(settings.get("directories"))]
    wanted = [text(one.get("path")) for one in patterns if one.get("exclude") is not True]
    excluded = [text(one.get("path")) for one in patterns if one.get("exclude") is True]
    more = mapping(settings.get("values"))
    for name in sorted({name for pattern in wanted for name in _matching(root, pattern)}):
        if not any(_matches(name, pattern) for pattern in excluded):
            own = _go_path(name) if is_go else _plain_path(name)
            yield own | (
                {"values": more} if is_go else {f"values.{key}": v for key, v in more.items()}
            )


def _matching(root: Path, pattern: str) -> Iterator[str]:
    """Walk the directories of a repository that a pattern takes; ``*`` stands for one name.

    Links are no directories here, as for Argo CD (GetGitDirectories, reposerver/repository/repository.go).
    """
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if not parts or ".." in parts:
        return
    level = [""]
    for part in parts:
        level = [f"{above}{name}/" for above in level for name in _inside(root / above, part)]
    yield from (name.rstrip("/") for name in level)


def _inside(directory: Path, pattern: str) -> list[str]:
    try:
        with os.scandir(directory) as found:
            names = [one.name for one in found if one.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [name for name in names if not name.startswith(".") and _fits(name, pattern)]


def _fits(name: str, pattern: str) -> bool:
    return len(pattern) <= _LONGEST_PATTERN and fnmatchcase(name, pattern)


def _matches(name: str, pattern: str) -> bool:
    """Does a pattern take a directory? A ``*`` ends at a slash, as in Go's path.Match."""
    parts, wanted = name.split("/"), pattern.strip("/").split("/")
    return len(parts) == len(wanted) and all(map(_fits, parts, wanted))


def _normalized(name: str) -> str:
    return _NOT_IN_NAMES.sub("-", name.lower())[:_LONGEST_NAME].strip("-")


def _go_path(name: str) -> dict[str, Any]:
    base = name.rpartition("/")[2]
    segments = name.split("/")
    normal = _normalized(base)
    return {
        "path": {"path": name, "basename": base, "basenameNormalized": normal, "segments": segments}
    }


def _plain_path(name: str) -> dict[str, Any]:
    base = name.rpartition("/")[2]
    parts = {f"path[{number}]": part for number, part in enumerate(name.split("/"))}
    return {
        "path": name,
        "path.basename": base,
        "path.basenameNormalized": _normalized(base),
    } | parts


def _written(value: Any, values: Values, unknown: _Unknown, *, is_go: bool) -> Any:
    """Write a template with values."""
    if isinstance(value, dict):
        return {
            _written(key, values, unknown, is_go=is_go): _written(v, values, unknown, is_go=is_go)
            for key, v in value.items()
        }
    if isinstance(value, list):
        return [_written(item, values, unknown, is_go=is_go) for item in value]
    if not isinstance(value, str) or "{{" not in value:
        return value

    def put(match: re.Match[str]) -> str:
        action = match[1].strip()
        found = _asked(action, values) if is_go else values.get(action)
        if found is None or isinstance(found, dict | list):
            unknown.is_met = True
            return match[0]
        return str(found).lower() if isinstance(found, bool) else str(found)

    return _ACTION.sub(put, value)


def _asked(action: str, values: Values) -> Any:
    """What ``.a.b`` or ``index .path.segments 1`` gives; ``None`` for any other action."""
    segment = _SEGMENT.fullmatch(action)
    if segment is not None:
        segments = mapping(values.get("path")).get("segments", [])
        number = whole_number(segment[1])
        return None if number is None or number >= len(segments) else segments[number]
    if not action.startswith("."):
        return None
    here: Any = values
    for name in action[1:].split("."):
        here = here.get(name) if isinstance(here, dict) else None
    return here
