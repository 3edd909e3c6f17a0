"""Findings in kustomizations stand on the lines of bases, patches, components and fields.

Each kustomization lists its findings: place, and rule; a place that is not exact has a question mark.
"""

import shutil
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

HERE = Path(__file__).parent / "kustomizations"
ALL = sorted(file.parent for file in HERE.glob("*/expected.txt"))
needs_kustomize = pytest.mark.skipif(
    shutil.which("kustomize") is None and shutil.which("kubectl") is None,
    reason="neither kustomize nor kubectl is on PATH, so nothing is built",
)


@needs_kustomize
@pytest.mark.parametrize("folder", ALL, ids=lambda folder: folder.name)
def test_each_finding_stands_on_the_line_that_made_it(folder: Path) -> None:
    lines = []
    for found in analyze([str(folder)], Settings()).findings:
        inexact = any("rendered by kustomize" in one.message for one in found.related)
        file = Path(found.location.file).relative_to(folder)
        lines.append(f"{file}:{found.location.line}{'?' if inexact else ''} {found.rule}")
    assert (folder / "expected.txt").read_text().splitlines() == list(dict.fromkeys(lines))


def test_nearly_all_expected_places_are_exact() -> None:
    places = [
        line.split()[0]
        for folder in ALL
        for line in (folder / "expected.txt").read_text().splitlines()
    ]
    exact = [place for place in places if not place.endswith("?")]
    assert (10, True) == (len(ALL), len(exact) >= 0.95 * len(places))
