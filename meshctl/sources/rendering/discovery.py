"""Finds what a directory has to render: charts with their values files, and kustomizations."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from meshctl.sources.rendering.kustomize import NAMES, overlays, read
from meshctl.sources.rendering.release import Release

CHART = "Chart.yaml"
_SKIPPED = frozenset({"node_modules"})


class Renderable(NamedTuple):
    """Releases of charts and kustomizations, each a world of its own."""

    releases: tuple[Release, ...]
    kustomizations: tuple[tuple[Path, str], ...]
    """Directories, each with the name that people gave it."""


def find(paths: Sequence[str]) -> Renderable:
    """Walk directories for charts that are nobody's sub-chart and kustomizations nobody lists."""
    releases: list[Release] = []
    directories: list[Path] = []
    for path in paths:
        for directory, names in _walk(Path(path)):
            if CHART in names:
                releases += of_chart(directory)
            if any(name in names for name in NAMES):
                directories.append(directory)
    tops = tuple((directory, str(directory)) for directory in overlays(directories))
    return Renderable(tuple(releases), tops)


def of_chart(chart: Path) -> Iterator[Release]:
    """The releases of a chart: by its own values, and by each further file of values beside them.

    Files are named as chart-testing names them: ``values-*.yaml`` and ``ci/*-values.yaml``.
    """
    data = next(read(chart / CHART), {})
    if data.get("type") == "library":
        return
    name = release_name(data.get("name"), chart)
    several = sorted((*chart.glob("values-*.y*ml"), *chart.glob("ci/*-values.y*ml")))
    if not several:
        yield Release(chart, str(chart), name)
    for file in several:
        yield Release(chart, str(chart), name, values=(str(file),))


def release_name(name: object, chart: Path) -> str:
    """A name that helm takes for a release: the chart's, else its directory's."""
    text = name if isinstance(name, str) and name else chart.absolute().name
    kept = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in text.lower())
    return kept.strip("-")[:53] or "release"


def _walk(top: Path) -> Iterator[tuple[Path, Iterable[str]]]:
    for directory, names, files in os.walk(top):
        here = Path(directory)
        is_chart = CHART in files
        names[:] = sorted(
            name
            for name in names
            if not name.startswith(".")
            and name not in _SKIPPED
            and not (is_chart and name in {"charts", "templates", "crds"})
        )
        yield here, files
