"""Writes the JSON report as YAML."""

from collections.abc import Iterator
from typing import Any, TextIO

from meshctl.engine.report import Report
from meshctl.output.findings.json_v1 import finding_data, preamble
from meshctl.output.yaml_lines import entry, item


def render(report: Report, out: TextIO) -> None:
    """Write a report as YAML with the keys and values of the JSON format."""
    for key, value in preamble(report).items():
        out.writelines(entry(key, value))
    _write_list(out, "findings", (finding_data(report, found) for found in report.findings))
    _write_list(out, "not_checked", (rule._asdict() for rule in report.not_checked))


def _write_list(out: TextIO, key: str, items: Iterator[dict[str, Any]]) -> None:
    head = f"{key}:\n"
    for element in items:
        out.write(head)
        out.writelines(item(element))
        head = ""
    if head:
        out.write(f"{key}: []\n")
