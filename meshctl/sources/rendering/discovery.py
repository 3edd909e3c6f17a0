"""Says what is rendered of charts and kustomizations: releases by values files, overlays."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from meshctl.sources.file_documents import mapping_in
from meshctl.sources.kustomizations import Kustomization, tops
from meshctl.sources.rendering.release import Release

CHART = "Chart.yaml"


class Renderable(NamedTuple):
    """Releases of charts and kustomizations, each a world of its own."""

    releases: tuple[Release, ...]
    kustomizations: tuple[tuple[Path, str], ...]
    """Directories, each with the name that people gave it."""


def find(charts: Sequence[str], kustomizations: Sequence[Kustomization]) -> Renderable:
    """Choose what is rendered among directories: each chart's releases, what no overlay lists."""
    releases = [release for chart in charts for release in of_chart(Path(chart))]
    overlays = (top for top in tops(kustomizations) if not top.is_component)
    return Renderable(tuple(releases), tuple((Path(top.shown), top.shown) for top in overlays))


def of_chart(chart: Path) -> Iterator[Release]:
    """The releases of a chart: by its own values, and by each further file of values beside them.

    Files are named as chart-testing names them: ``values-*.yaml`` and ``ci/*-values.yaml``.
    """
    data = mapping_in(chart / CHART)
    if data.get("type") == "library":
        return
    name = release_name(data.get("name"), chart)
    several = sorted((*chart.glob("values-*.y*ml"), *chart.glob("ci/*-values.y*ml")))
    if not several:
        yield Release(chart, str(chart), name, is_found=True)
    for file in several:
        yield Release(chart, str(chart), name, values=(str(file),))


def release_name(name: object, chart: Path) -> str:
    """A name that helm takes for a release: the chart's, else its directory's."""
    text = name if isinstance(name, str) and name else chart.absolute().name
    kept = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in text.lower())
    return kept.strip("-")[:53] or "release"
