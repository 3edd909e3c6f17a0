"""Writes what appeared in a cluster and what went, a line each, as it happens."""

from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from meshctl.engine.report import LocatedFinding
from meshctl.gate.live.following import News
from meshctl.output.lines import write_lines
from meshctl.words import amount, one_line


def write_news(news: News, out: TextIO) -> None:
    """Write one state: a line for each finding that is new or gone, and how many there are."""
    now = f"{datetime.now().astimezone():%H:%M:%S}"
    lines = [*_lines(f"{now} +", news.appeared), *_lines(f"{now} -", news.gone)]
    if lines or not news.report.findings:
        lines.append(f"{now} {amount(len(news.report.findings), 'finding')} now")
    write_lines(lines, out)


def _lines(start: str, found: Iterable[LocatedFinding]) -> Iterable[str]:
    for finding in found:
        title = one_line(finding.resource.title)
        yield f"{start} {finding.severity}[{finding.rule}] {title}: {one_line(finding.message)}"
