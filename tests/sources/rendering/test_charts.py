"""Findings in charts stand on the lines of templates and values that people wrote.

Each chart lists its findings: place, rule, and the places that explain it (call sites, values).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.report import LocatedFinding, Location
from meshctl.settings import Settings
from meshctl.sources.rendering import programs
from meshctl.sources.rendering.charts import Helm
from meshctl.sources.rendering.release import Release
from meshctl.sources.rendering.source_map import RenderedDocument

HERE = Path(__file__).parent
CHARTS = sorted(file.parent for file in HERE.glob("charts/*/expected.txt"))
RECORDED = HERE / "recorded"
HELM = shutil.which("helm")
EXPLAINING = {"included from here", "this value decides it"}
needs_helm = pytest.mark.skipif(HELM is None, reason="helm is not on PATH, so nothing is rendered")
each_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)


def lines_of(chart: Path, findings: Iterator[LocatedFinding]) -> list[str]:
    """What expected.txt holds: a finding that is not exact is written with a question mark."""

    def place(location: Location) -> str:
        return f"{Path(location.file).relative_to(chart)}:{location.line}"

    lines = []
    for found in findings:
        related = [place(one.location) for one in found.related if one.message in EXPLAINING]
        inexact = any("rendered by helm" in one.message for one in found.related)
        mark = "?" if inexact else ""
        lines.append(" ".join((f"{place(found.location)}{mark}", found.rule, *related)))
    return list(dict.fromkeys(lines))


@needs_helm
@each_chart
def test_each_finding_stands_on_the_line_that_made_it(chart: Path) -> None:
    report = analyze([str(chart)], Settings())
    expected = (chart / "expected.txt").read_text().splitlines()
    assert expected == lines_of(chart, iter(report.findings))


def test_nearly_all_expected_places_are_exact() -> None:
    places = [
        line.split()[0]
        for chart in CHARTS
        for line in (chart / "expected.txt").read_text().splitlines()
    ]
    exact = [place for place in places if not place.endswith("?")]
    assert (True, True) == (len(places) > 30, len(exact) >= 0.95 * len(places))


class Recorder(Helm):
    """Keeps what helm writes for a chart: first the plain text, then the marked one."""

    def __init__(self, program: str) -> None:
        super().__init__(program)
        self.outputs: list[bytes] = []

    def template(self, *words, **settings) -> programs.Run:
        run = super().template(*words, **settings)
        self.outputs.append(run.output)
        return run


class Replayed(Helm):
    """Gives what was recorded, and no answer about changed values."""

    def __init__(self, folder: Path) -> None:
        self._outputs = [folder / "plain.txt", folder / "marked.txt"]

    def template(self, *_, **settings) -> programs.Run:
        if "more_values" in settings or not self._outputs:
            return programs.Run(b"", "", "is not there")
        return programs.Run(self._outputs.pop(0).read_bytes(), "", "")


@each_chart
def test_recorded_output_maps_to_the_same_lines(
    chart: Path, request: pytest.FixtureRequest
) -> None:
    folder = RECORDED / chart.name
    release = Release(chart, str(chart), chart.name)
    if request.config.getoption("--update") and HELM is not None:
        recorder = Recorder(HELM)
        recorder.render(release)
        folder.mkdir(parents=True, exist_ok=True)
        for name, output in zip(("plain.txt", "marked.txt"), recorder.outputs, strict=True):
            (folder / name).write_bytes(output)
    rendered = Replayed(folder).render(release)
    found = {
        f"{Path(place.file).relative_to(chart)}:{place.span.line}"
        for document in rendered.documents
        for place in _places(document)
        if not place.note
    }
    expected = (chart / "expected.txt").read_text().splitlines()
    exact = {line.split()[0] for line in expected}
    assert set() == {place for place in exact if not place.endswith("?")} - found


def _places(document) -> Iterator:
    assert isinstance(document, RenderedDocument)
    waiting: list[tuple] = [()]
    while waiting:
        path = waiting.pop()
        here = document.data
        for part in path:
            here = here[part]
        keys = here if isinstance(here, dict) else range(len(here) if isinstance(here, list) else 0)
        waiting += [(*path, key) for key in keys]
        yield document.written(path)
