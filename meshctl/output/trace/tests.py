"""Writes results of request tests: text, JSON, or JUnit XML."""

from collections.abc import Sequence
from typing import TextIO
from xml.etree import ElementTree as ET

from meshctl.inspect.trace.expectations import ExpectationResult
from meshctl.output.as_json.answers import write_json
from meshctl.words import amount, visible

FORMATS = ("text", "json", "junit")


def write_results(results: Sequence[ExpectationResult], output: str, out: TextIO) -> None:
    """Write results in one of ``FORMATS``."""
    writers = {"text": _write_text, "json": _write_json, "junit": _write_junit}
    writers[output](results, out)


def _write_text(results: Sequence[ExpectationResult], out: TextIO) -> None:
    for result in results:
        mark = "FAIL" if result.failures else "ok"
        out.write(f"{mark:4} {visible(result.test.name)}\n")
        out.writelines(f"       {visible(failure)}\n" for failure in result.failures)
        if result.failures:
            out.write(f"       {visible(result.test.request.title)}: {visible(result.summary)}\n")
    failed = sum(bool(result.failures) for result in results)
    out.write(f"\n{amount(len(results), 'test')}, {failed} failed\n")


def _write_json(results: Sequence[ExpectationResult], out: TextIO) -> None:
    data = {
        "version": 1,
        "tests": [
            {
                "file": result.file, "name": result.test.name, "passed": not result.failures,
                "failures": list(result.failures), "summary": result.summary,
            }
            for result in results
        ],
    }  # fmt: skip
    write_json(data, out)


def _write_junit(results: Sequence[ExpectationResult], out: TextIO) -> None:
    failed = str(sum(bool(result.failures) for result in results))
    suite = ET.Element("testsuite", name="meshctl test", tests=str(len(results)), failures=failed)
    for result in results:
        name = visible(result.test.name)
        case = ET.SubElement(suite, "testcase", classname=visible(result.file), name=name)
        if result.failures:
            text = visible("; ".join(result.failures))
            ET.SubElement(case, "failure", message=text).text = visible(result.summary)
    out.write(ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n")
