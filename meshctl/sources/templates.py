"""Tells what in a directory is no resource before Helm or kustomize has rendered it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.sources.documents import Span
from meshctl.sources.placement import Gap

if TYPE_CHECKING:
    from meshctl.sources.kustomizations import Kustomization

TOP = Span(1, 1, 1, 1)
"""What stands for a whole file."""

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names of a kustomization's file."""
_CHART = "Chart.yaml"
_CHART_PARTS = lazy_pattern(r"templates|crds|charts|files|Chart\.(?:yaml|lock)|values.*")

"""What Helm reads of a chart; ``files`` is where charts keep what their templates take in."""


class Unrendered(NamedTuple):
    """Names in a directory to pass over, its chart as a gap, and its kustomization."""

    names: set[str]
    charts: list[Gap]
    kustomizations: "list[Kustomization]"


def look(directory: Path, names: Sequence[str]) -> Unrendered:
    """Tell the parts of a Helm chart and of a kustomization among the names in a directory."""
    found = Unrendered(set(), [], [])
    if _CHART in names:
        found.names.update(filter(_CHART_PARTS.fullmatch, names))
        found.charts.append(Gap("chart", str(directory)))
    for name in KUSTOMIZATIONS:
        if name in names:
            from meshctl.sources.kustomizations import read  # noqa: PLC0415 - few have one

            found.names.add(name)
            found.kustomizations.append(read(directory, name))
    return found
