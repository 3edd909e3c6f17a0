"""Tells which word of a YAML document stands at a place, while the document is being written.

Indentation alone decides, since what is half written can't be parsed. Flow style ends with its bracket,
or before a line that is indented no more than the key which it belongs to.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.inspect.editor.mention import Spot

_MARKER = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:{}\[\],&*!|>'"%@`][^:#{}\[\],]*?)\s*:(?=\s|$)"""
)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_WORD = re.compile(r"""[^\s,\[\]{}"']*""")


class Lines(NamedTuple):
    """The lines of one document, and the number of its first in the file, from 0."""

    first: int
    lines: list[str]


def document_at(text: str, line: int) -> Lines:
    """Cut out the document of a line, which is counted from 0."""
    lines = [one.removesuffix("\r") for one in text.split("\n")]
    line = min(line, len(lines) - 1)
    first = line
    while first > 0 and not _MARKER.match(lines[first]):
        first -= 1
    if _MARKER.match(lines[first]) and (first < line or len(lines[first].split()) <= 1):
        first += 1
    last = max(first, line)
    while last < len(lines) and not (_MARKER.match(lines[last]) and last > line):
        last += 1
    return Lines(first, lines[first:last])


def field(document: Lines, *names: str) -> str:
    """Read a scalar of the top of a document, or of a block there, without parsing it."""
    for row, line in enumerate(document.lines):
        start = line.find(names[-1])
        while start >= 0:
            spot = spot_at(document, row, start)
            if spot is not None and spot.is_key and spot.path == names:
                return spot.beside.get(names[-1], "")
            start = line.find(names[-1], start + 1)
    return ""


class _Opener(NamedTuple):
    """A dash or a key that what follows may stand below."""

    row: int
    column: int
    key: str
    """Empty for a dash."""
    end: int
    """Where its value begins."""


class _Row(NamedTuple):
    """The row of the cursor: its text without a comment, and all openers up to its end."""

    lines: list[str]
    number: int
    bare: str
    openers: list[_Opener]

    def path_to(self, opener: _Opener) -> tuple[str | int, ...]:
        """Lead to what stands at an opener."""
        return _path(self.openers, self.openers.index(opener), opener.column)

    def beside(self, column: int) -> dict[str, str]:
        """Read the scalars of the mapping that a column of this row is in."""
        return _beside(self.lines, self.number, column)

    def around(self, opener: _Opener) -> dict[str, str]:
        """Read the scalars of the mapping with the key that an opener stands below."""
        for outer in reversed(self.openers[: self.openers.index(opener)]):
            if outer.column < opener.column:
                return _beside(self.lines, outer.row, outer.column) if outer.key else {}
        return {}


def spot_at(document: Lines, row: int, column: int) -> Spot | None:
    """Find the word at a place of a document; ``None`` in comments."""
    line = document.lines[row] if 0 <= row < len(document.lines) else ""
    column = min(column, len(line))
    comment = _COMMENT.search(line)
    if comment is not None and column > comment.start():
        return None
    bare = line[: comment.start()] if comment is not None else line
    here = _Row(document.lines, row, bare, list(_openers(document.lines[: row + 1])))
    before = [opener for opener in here.openers if opener.row == row and opener.column <= column]
    if not before:
        above = here.openers[-1] if here.openers else None
        if above is not None and _flow_end(document.lines, above) >= row > above.row:
            return _flow_below(here, above, column)
        return _open(here, len(bare) - len(bare.lstrip()), column)
    last = before[-1]
    if last.key and column < last.end:
        return _key(here, last)
    value = bare[last.end :]
    start = last.end + len(value) - len(value.lstrip())
    if bare[start : start + 1] in {"{", "["}:
        end = _flow_end(document.lines, last)
        whole = " ".join([bare, *map(_bare, document.lines[row + 1 : end + 1])])
        return _flow(here._replace(bare=whole), last, start, column)
    if not last.key:
        return _open(here, start, column)
    text, begin, end = _word(bare, start if value.strip() else min(start, column))
    path = (*here.path_to(last), last.key)
    beside, around = here.beside(last.column), here.around(last)
    return Spot(path, False, text, row, begin, end, beside, around=around)  # noqa: FBT003


def _key(here: _Row, opener: _Opener) -> Spot:
    quoted = here.bare[opener.column :].partition(opener.key)[0]
    start = opener.column + len(quoted)
    end = start + len(opener.key)
    path = (*here.path_to(opener), opener.key)
    return Spot(path, True, opener.key, here.number, start, end, here.beside(opener.column))  # noqa: FBT003


def _open(here: _Row, start: int, column: int) -> Spot:
    """A word that nothing follows: a key that is begun, or an item."""
    if not here.bare[start:].strip():
        start = column
    before = len(
        [opener for opener in here.openers if (opener.row, opener.column) < (here.number, start)]
    )
    path = _path(here.openers, before, start)
    text, begin, end = _word(here.bare, start)
    return Spot(path, True, text, here.number, begin, end, here.beside(start), is_open=True)  # noqa: FBT003


def _word(bare: str, start: int) -> tuple[str, int, int]:
    """The scalar from a place to the end of the line, without its quotes."""
    text = bare[start:].rstrip()
    quote = text[:1] if text[:1] in {'"', "'"} else ""
    begin = start + len(quote)
    text = text[len(quote) :]
    if quote and text.endswith(quote):
        text = text[:-1]
    return text, begin, begin + len(text)


def _openers(lines: Sequence[str]) -> Iterator[_Opener]:
    """Walk the openers of block style: none that only seem to be some inside brackets."""
    after = 0
    for row, line in enumerate(lines):
        if row < after:
            continue
        opener = None
        at = len(line) - len(line.lstrip(" "))
        while line[at : at + 2] == "- " or line[at:] == "-":
            rest = line[at + 1 :]
            end = at + 1 + len(rest) - len(rest.lstrip(" "))
            opener = _Opener(row, at, "", end)
            yield opener
            at = end
        match = _KEY.match(line, at)
        if match and not line[at:].startswith("#"):
            opener = _Opener(row, at, match[1].strip("\"'"), match.end())
            yield opener
        if opener is not None:
            after = _flow_end(lines, opener) + 1


def _flow_end(lines: Sequence[str], opener: _Opener) -> int:
    """Name the last row of the brackets that begin behind an opener: its own where there are none."""
    text = _bare(lines[opener.row])[opener.end :].lstrip()
    if text[:1] not in {"{", "["}:
        return opener.row
    depth, quote = 0, ""
    for row in range(opener.row, len(lines)):
        if row > opener.row:
            text = _bare(lines[row]).lstrip()
            indent = len(lines[row]) - len(lines[row].lstrip(" "))
            if text and indent <= opener.column and text[0] not in "]}":
                return row - 1
        for letter in text:
            if quote or letter in "\"'":
                quote = "" if letter == quote else quote or letter
            else:
                depth += (letter in "{[") - (letter in "}]")
        if depth <= 0:
            return row
    return len(lines) - 1


def _bare(line: str) -> str:
    return _COMMENT.sub("", line)


def _path(openers: Sequence[_Opener], before: int, column: int) -> tuple[str | int, ...]:
    """Climb from a column to the top, over the openers before it."""
    path: list[str | int] = []
    is_dash = False
    for number in range(before - 1, -1, -1):
        opener = openers[number]
        if opener.key:
            if opener.column < column or (is_dash and opener.column <= column):
                path.append(opener.key)
                column, is_dash = opener.column, False
        elif opener.column < column:
            path.append(_index(openers, number))
            column, is_dash = opener.column, True
    return tuple(reversed(path))


def _index(openers: Sequence[_Opener], number: int) -> int:
    """Count the items of a list before a dash."""
    column = openers[number].column
    count = 0
    for opener in reversed(openers[:number]):
        if opener.column < column or (opener.key and opener.column <= column):
            break
        count += not opener.key and opener.column == column
    return count


def _beside(lines: Sequence[str], row: int, column: int) -> dict[str, str]:
    """Read the scalars of the block mapping that a column of a row is in."""
    found: dict[str, str] = {}
    for step in (-1, 1):
        at = row
        while 0 <= at < len(lines):
            line = lines[at]
            before = line[:column].strip(" ")
            starts_item = bool(before) and not before.strip("- ")
            if before and at != row and not (starts_item and step < 0):
                break
            if match := _KEY.match(line, column) if len(line) > column else None:
                found.setdefault(match[1].strip("\"'"), _scalar(line[match.end() :]))
            if starts_item and step < 0:
                break
            at += step
    return found


def _scalar(text: str) -> str:
    return _COMMENT.sub("", text).strip().strip("\"'")


def _flow_below(here: _Row, opener: _Opener, column: int) -> Spot:
    """Read flow style that began on a row above."""
    lines = here.lines
    before = "".join(f"{_bare(line)} " for line in lines[opener.row : here.number])
    after = map(_bare, lines[here.number + 1 : _flow_end(lines, opener) + 1])
    start = opener.end + len(before[opener.end :]) - len(before[opener.end :].lstrip())
    whole = here._replace(bare=" ".join([f"{before}{here.bare}", *after]))
    column += len(before)
    spot = _flow(whole, opener, start, column)
    if spot.start < len(before):  # the word before is on a row above
        spot = spot._replace(text="", start=column, end=column)
    return spot._replace(start=spot.start - len(before), end=spot.end - len(before))


def _flow(here: _Row, opener: _Opener, start: int, column: int) -> Spot:
    """Read flow style from its first bracket to the place."""
    bare = here.bare
    if opener.key:
        path = (*here.path_to(opener), opener.key)
    else:
        path = _path(here.openers, here.openers.index(opener) + 1, start)
    flow = _Flow(bare, start, column)
    blank = len(bare[flow.begin :]) - len(bare[flow.begin :].lstrip(" \"'"))
    first = min(flow.begin + blank, max(column, flow.begin))
    word = _WORD.match(bare, first)
    text = word[0].rstrip(":") if word else ""
    end = first + len(text)
    is_followed = bare[end:].lstrip("\"' ").startswith(":")
    is_key = flow.steps[-1:] == [""]
    inner = tuple(step for step in flow.steps if step != "")
    if is_key and is_followed:
        inner = (*inner, text)
    beside = _flow_beside(bare, flow.opens[-1]) if flow.opens else {}
    around = {}
    if len(flow.opens) > 1:
        around = _flow_beside(bare, flow.opens[-2])
    elif opener.key:
        around = _beside(here.lines, opener.row, opener.column)
    is_open = is_key and not is_followed
    return Spot((*path, *inner), is_key, text, here.number, first, end, beside, is_open, around)


class _Flow:
    """Where a place in flow style is: the steps to it, the brackets around it, its first letter.

    The step of a mapping is its key, empty as long as none is written.
    """

    def __init__(self, bare: str, start: int, column: int) -> None:
        self.steps: list[str | int] = []
        self.opens: list[int] = []
        self.begin = start
        self._bare = bare
        quote = ""
        for at in range(start, column):
            letter = bare[at]
            if quote or letter in "\"'":
                quote = "" if letter == quote else quote or letter
            else:
                self._read(letter, at)

    def _read(self, letter: str, at: int) -> None:
        if letter in "{[":
            self.steps.append(0 if letter == "[" else "")
            self.opens.append(at)
        elif not self.steps:
            return
        elif letter in "}]":
            self.steps.pop()
            self.opens.pop()
            return
        elif letter == ",":
            top = self.steps[-1]
            self.steps[-1] = top + 1 if isinstance(top, int) else ""
        elif letter == ":" and self.steps[-1] == "":
            self.steps[-1] = self._bare[self.begin : at].strip().strip("\"'")
        else:
            return
        self.begin = at + 1


def _flow_beside(bare: str, start: int) -> dict[str, str]:
    """Read the scalars of a flow mapping, nested ones left out."""
    depth = 0
    inside = ""
    for letter in bare[start + 1 :]:
        if letter in "}]" and not depth:
            break
        depth += letter in "{["
        if not depth:
            inside += letter
        depth -= letter in "}]"
    pairs = (part.partition(":") for part in inside.split(","))
    return {key.strip().strip("\"'"): _scalar(value) for key, colon, value in pairs if colon}
