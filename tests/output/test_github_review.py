"""Suggestions of a review are the edits of ``--fix``, as whole lines that don't meet."""

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.fixes import fixes
from meshctl.engine.report import LocatedFinding, Report
from meshctl.output.findings.formats import render
from meshctl.output.findings.github_review import MOST, suggestion
from meshctl.settings import Settings
from meshctl.yaml.reader import compose
from tests.crowds import crowds
from tests.engine.test_growth import MOST as MOST_GROWTH
from tests.engine.test_growth import counted, exponent

CASES = sorted((Path(__file__).parents[1] / "rules").rglob("bad.yaml"))
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - timeOut: 5s
      route: [{destination: {host: cart}}]
"""


def review(report: Report) -> dict[str, Any]:
    out = io.StringIO()
    render("github-review", report, out)
    return json.loads(out.getvalue())


def analyzed(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(folder)
    (folder / "a.yaml").write_bytes(text.encode())
    return analyze(["a.yaml"], Settings())


def mended(found: LocatedFinding) -> tuple[str, str]:
    (file,) = fixes([found], unsafe=True).files
    return file.before, file.after


@pytest.mark.parametrize("part", range(4))
def test_a_suggestion_is_what_fix_writes(part: int) -> None:
    seen = 0
    for case in CASES[part::4]:
        for found in analyze([str(case)], Settings(whole_mesh=True)).findings:
            made = suggestion(found) if found.edits else None
            if made is not None:
                before, after = mended(found)
                lines = before.split("\n")
                lines[made.first - 1 : made.last] = made.lines
                assert "\n".join(lines) == after
                assert 1 <= made.first <= made.last <= before.count("\n")
                seen += 1
    assert seen


def test_findings_of_the_same_lines_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = ROUTE.replace("timeOut: 5s", "{timeOut: 5s, rewrit: {uri: /}}").replace(
        "      route", "    - route"
    )
    said = review(analyzed(tmp_path, route, monkeypatch))
    (comment,) = said["comments"]
    assert ("a.yaml", 7, "RIGHT") == (comment["path"], comment["line"], comment["side"])
    assert said["body"].endswith("1 more finding can be mended by `meshctl analyze --fix`.")


def test_several_lines_name_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = analyzed(tmp_path, ROUTE, monkeypatch)
    found = next(one for one in report.findings if one.edits)
    (edit,) = found.edits
    wide = found._replace(
        edits=(edit._replace(line=5, column=1, text="  hosts: [cart]\n  http:\n    - timeout"),)
    )
    (comment,) = review(report.with_findings([wide]))["comments"]
    assert (7, True) == (comment["line"], "start_line" not in comment)  # the others say the same
    wide = found._replace(
        edits=(edit._replace(line=5, column=1, text="  hosts: [x]\n  http:\n    - timeout"),)
    )
    (comment,) = review(report.with_findings([wide]))["comments"]
    assert (5, "RIGHT", 7) == (comment["start_line"], comment["start_side"], comment["line"])


@pytest.mark.parametrize(
    "text", [ROUTE.replace("\n", "\r\n"), ROUTE.replace("5s", "5s # password: s3cr3t-p4ssw0rd")]
)
def test_what_does_not_fit_a_suggestion_is_left_to_fix(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = review(analyzed(tmp_path, text, monkeypatch))
    assert [] == said["comments"]
    assert "can be mended" in said["body"]
    assert "s3cr3t" not in json.dumps(said)


def test_a_review_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "---\n".join(ROUTE.replace("name: cart", f"name: cart-{one}") for one in range(MOST + 5))
    said = review(analyzed(tmp_path, text, monkeypatch))
    assert MOST == len(said["comments"])
    assert "5 more findings can be mended" in said["body"]


@pytest.mark.parametrize(
    ("crowd", "ending", "most"),
    [("findings", "\n", MOST_GROWTH), ("one-line", "\n", 0), ("findings", "\r\n", 0)],
)
def test_a_review_reads_what_an_edit_changes(
    crowd: str, ending: str, most: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    for size in (10, 20, 40):  # fewer than a review has comments
        text = crowds.text(crowd, size).replace("\n", ending)
        report = analyzed(tmp_path, text, monkeypatch)
        assert size <= len([found for found in report.findings if found.edits])
        read.append(counted(partial(review, report)).by_code[compose.__code__])
    assert exponent(read) <= most
