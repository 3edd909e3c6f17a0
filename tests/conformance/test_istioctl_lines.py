"""Where istioctl names a line, is ours that line, or a more exact one of the same object?

`istioctl-offline.json` holds what istioctl 1.31 prints for each file by itself. A finding of ours
with the same code about the same object must lie on the line that it names or in the mapping that
this line is part of; the head of an object (up to its ``spec``) stands for all of it. What only one of the two
reports is compared in ``test_istio_analyzers``.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/istio-analyzers"
COMPARED_AT_LEAST = 117
"""Messages with a finding of ours; it only rises."""
ELSEWHERE = {
    "IST0132": "ours is the host that no server has; istioctl names the Gateway that lacks it",
}
"""Codes for which ours is another place of the same object on purpose."""

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"what istioctl prints is not in {DATA}: nothing was compared"
)


class Message(NamedTuple):
    file: str
    line: int
    code: str
    origin: str


def messages() -> Iterator[Message]:
    """Read what istioctl prints with a line."""
    if not DATA.is_dir():
        return
    for printed in json.loads((DATA / "istioctl-offline.json").read_text()).values():
        for message in printed["messages"]:
            file, _, line = message.get("reference", "").rpartition(":")
            if file:
                yield Message(file, int(line), message["code"], message["origin"])


@cache
def found_in(file: str) -> dict[tuple[str, str], list[int]]:
    """The lines of our findings by code and object, as istioctl names it."""
    lines: dict[tuple[str, str], list[int]] = {}
    for finding in analyze([str(DATA / file)], Settings(namespace="", whole_mesh=True)).findings:
        place = f"{finding.resource.namespace}/" if finding.resource.namespace else ""
        origin = f"{finding.resource.kind} {place}{finding.resource.name}"
        for code in finding.equivalents:
            lines.setdefault((code, origin), []).append(finding.location.line)
    return lines


@cache
def text_of(file: str) -> tuple[str, ...]:
    return ("", *(DATA / file).read_text().splitlines())


def indentation(line: str) -> int:
    """Columns before the text; the dash of a list item is one of them."""
    return len(line) - len(line.lstrip(" -"))


def block(message: Message) -> range:
    """The lines that a line stands for: the mapping it belongs to, with what is nested in it."""
    text, start = text_of(message.file), message.line
    end = next((n for n in range(start + 1, len(text)) if text[n].startswith("---")), len(text))
    top = [n for n in range(start, end) if re.match(r"(?!apiVersion|kind|metadata)\w+:", text[n])]
    if top:  # the head of the object
        return range(start, end)
    own = indentation(text[start])
    outside = [n for n in range(1, len(text)) if text[n].strip() and indentation(text[n]) < own]
    first = max((n for n in outside if n < start), default=0)
    last = min((n for n in outside if n > start), default=end)
    return range(first + 1, min(last, end))


def compared() -> list[tuple[Message, list[int]]]:
    """Pair each message with our lines, if we say the same of the object."""
    pairs = [
        (message, found_in(message.file).get((message.code, message.origin), []))
        for message in messages()
    ]
    return [(message, lines) for message, lines in pairs if lines]


@needs_data
def test_ours_is_that_line_or_a_more_exact_one() -> None:
    elsewhere = [
        f"{message.file}:{message.line} {message.code}, ours: {lines}"
        for message, lines in compared()
        if message.code not in ELSEWHERE and not any(line in block(message) for line in lines)
    ]
    assert [] == elsewhere


@needs_data
def test_what_is_elsewhere_on_purpose_still_is() -> None:
    apart = {message.code for message, lines in compared() if not set(lines) & set(block(message))}
    assert set(ELSEWHERE) == apart


@needs_data
def test_enough_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = compared()
    exact = sum(message.line in lines for message, lines in pairs)
    with capsys.disabled():
        print(  # noqa: T201 - the agreement is what one runs this for
            f"\nistioctl's lines: {len(pairs)} of {len(list(messages()))} messages are ours too, "
            f"{exact} of them on the same line"
        )
    assert len(pairs) >= COMPARED_AT_LEAST
