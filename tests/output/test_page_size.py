"""How large does a report get as a page?"""

import io
from collections import Counter

import sample_reports

from meshctl.engine.report import Report
from meshctl.output.findings.formats import render
from meshctl.output.findings.html import MOST

MANY = 3_000


def page_of(report: Report) -> str:
    out = io.StringIO()
    render("html", report, out)
    return out.getvalue()


def repeated(times: int) -> Report:
    """The findings of the rich sample over and over, with frames of up to three places each."""
    rich = sample_reports.rich()
    several = [
        found._replace(anchor=f"{found.anchor} {number}")
        for number in range(times // len(rich.findings) + 1)
        for found in rich.findings
    ]
    return rich._replace(findings=tuple(several[:times]))


def test_three_thousand_findings_take_at_most_five_megabytes() -> None:
    page = page_of(repeated(MANY))
    assert page.count("<li id=") == MANY
    assert len(page.encode()) <= 5_000_000


def test_frames_are_left_out_of_the_lightest_findings_and_the_page_says_so() -> None:
    page = page_of(repeated(2 * MANY))
    assert len(page.encode()) <= MOST * 1.6
    assert "-o text --all shows them" in page
    items = page.split("<li id=")[1:]
    framed = Counter(severity_of(item) for item in items if "<pre" in item)
    bare = Counter(severity_of(item) for item in items if "left out, for a smaller page" in item)
    assert (True, True, 0) == (framed["error"] > 0, bare["info"] > 0, framed["info"])


def severity_of(item: str) -> str:
    return item.split('data-severity="')[1].partition('"')[0]


def test_nothing_is_asked_of_any_network() -> None:
    page = page_of(sample_reports.rich())
    assert "default-src 'none'" in page
    assert [] == [mark for mark in (" src=", "@import", "url(", "fetch(", "<link") if mark in page]
