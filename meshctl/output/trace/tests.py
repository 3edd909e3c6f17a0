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
    for one in results:
        mark = "FAIL" if one.failures else "ok"
        out.write(f"{mark:4} {visible(one.test.name)}\n")
        out.writelines(f"       {visible(failure)}\n" for failure in one.failures)
        if one.failures:
            out.write(f"       {visible(one.test.request.title)}: {visible(one.summary)}\n")
    failed = sum(bool(one.failures) for one in results)
    out.write(f"\n{amount(len(results), 'test')}, {failed} failed\n")


def _write_json(results: Sequence[ExpectationResult], out: TextIO) -> None:
    data = {
        "version": 1,
        "tests": [
            {
                "file": one.file, "name": one.test.name, "passed": not one.failures,
                "failures": list(one.failures), "summary": one.summary,
            }
            for one in results
        ],
    }  # fmt: skip
    write_json(data, out)


def _write_junit(results: Sequence[ExpectationResult], out: TextIO) -> None:
    failed = str(sum(bool(one.failures) for one in results))
    suite = ET.Element("testsuite", name="meshctl test", tests=str(len(results)), failures=failed)
    for one in results:
        name = visible(one.test.name)
        case = ET.SubElement(suite, "testcase", classname=visible(one.file), name=name)
        if one.failures:
            text = visible("; ".join(one.failures))
            ET.SubElement(case, "failure", message=text).text = visible(one.summary)
    out.write(ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n")
