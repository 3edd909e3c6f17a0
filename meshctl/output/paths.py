"""Names files as code hosts do: from the top of the repository."""

import os
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

from meshctl.engine.report import LocatedFinding, Location, Report

_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Where GitHub's and GitLab's runners say that the repository is."""


def from_top(report: Report) -> Report:
    """Name the files of all findings from the top of their repository.

    That is the root of the report, else the checkout of a build server, else the nearest
    directory above with a ``.git``; a file of no repository is named from the working directory.
    """
    findings = tuple(_from_top(found, report.root) for found in report.findings)
    return report._replace(findings=findings)


def _from_top(found: LocatedFinding, root: str) -> LocatedFinding:
    related = tuple(item._replace(location=_named(item.location, root)) for item in found.related)
    return found._replace(location=_named(found.location, root), related=related)


def _named(location: Location, root: str) -> Location:
    return location._replace(file=named_from_top(location.file, root))


def named_from_top(file: str, root: str) -> str:
    """Name one file as ``from_top`` does."""
    if not os.path.exists(file):  # noqa: PTH110 - a Path may raise for what no file is called
        return file  # standard input, an object of a cluster
    real = Path(file).resolve()
    for top in _tops(real.parent, root):
        if real.is_relative_to(top):
            return str(real.relative_to(top))
    return file


@cache
def _tops(directory: Path, root: str) -> tuple[Path, ...]:
    """List what may be the top of the repository that a directory lies in, the likelier first."""
    named = [root, *(os.environ.get(name, "") for name in _CHECKOUTS)]
    above = [parent for parent in (directory, *directory.parents) if (parent / ".git").exists()]
    return (*(Path(name).resolve() for name in named if name), *above[:1])


def repository_path(file: str) -> str:
    """Name a file from the working directory, without ``./``; files outside it stay as named."""
    path = Path(os.path.normpath(file))
    if path.is_absolute() and path.is_relative_to(here := Path.cwd()):
        path = path.relative_to(here)
    return str(path)


def uri(file: str) -> str:
    """Make a URI reference of a file name: relative where possible, percent-encoded."""
    path = repository_path(file)
    quoted = quote_from_bytes(os.fsencode(path))
    return f"file://{quoted}" if path.startswith("/") else quoted
