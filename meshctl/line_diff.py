"""Compares texts line by line, in time that grows with their length.

``difflib`` alone is quadratic where lines repeat, as those of manifests do. Lines that either text
has once are matched first, in the longest order that both share (Cohen's patience diff), and
``difflib`` compares only what lies between them.
"""

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

_NO_NEWLINE = "\\ No newline at end of file\n"
"""How diff and patch mark the end of a file without a line break."""
_MOST_PAIRS = 250_000
"""Pairs of lines between two matches beyond which the lines there count as rewritten."""


def patch(name: str, before: str, after: str) -> Iterator[str]:
    """Write the lines of a unified diff that patches the very bytes, none if nothing changes."""
    header = _header_name(name)
    known: dict[str, str] = {}  # lines of manifests repeat, and each is held once
    for line in unified_diff(_lines(before, known), _lines(after, known), header, header):
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _header_name(name: str) -> str:
    """Write the name of a file as git and GNU patch read it; a tab ends one with blanks."""
    if name.isprintable() and not set(name) & {'"', "\\"}:
        return f"{name}\t" if " " in name else name
    escaped = {ord('"'): '\\"', ord("\\"): "\\\\"}
    text = name.translate(escaped)
    return '"' + "".join(_octal(one) if not one.isprintable() else one for one in text) + '"'


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(character))


def _lines(text: str, known: dict[str, str]) -> list[str]:
    """Part a text into lines as `patch` counts them; carriage returns belong to their lines."""
    lines: list[str] = []
    start = 0
    while start < len(text):
        end = (text.find("\n", start) + 1) or len(text)
        line = text[start:end]
        lines.append(known.setdefault(line, line))
        start = end
    return lines


def unified_diff(
    before: Sequence[str], after: Sequence[str], name: str, other: str
) -> Iterator[str]:
    """Write a unified diff of two lists of lines, which keep their ends; nothing if all are equal."""
    is_first = True
    for group in _Matcher(before, after).get_grouped_opcodes(3):
        if is_first:
            yield f"--- {name}\n"
            yield f"+++ {other}\n"
            is_first = False
        (_, first, _, second, _), (_, _, last, _, final) = group[0], group[-1]
        yield f"@@ -{_range(first, last)} +{_range(second, final)} @@\n"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[i1:i2])
                continue
            yield from (f"-{line}" for line in before[i1:i2])
            yield from (f"+{line}" for line in after[j1:j2])


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


class _Matcher(SequenceMatcher[str]):
    """Matches what lies between the lines that both texts have once."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._before, self._after = before, after
        super().__init__(None, (), (), autojunk=False)
        self.a, self.b = before, after

    def get_matching_blocks(self) -> list[Match]:
        """List the blocks of equal lines in order, with an empty one at the end."""
        ends = len(self._before), len(self._after)
        blocks: list[Match] = []
        place = (0, 0)
        for anchor in (*self._anchors(), ends):
            blocks += self._between(place, anchor)
            if anchor != ends:
                blocks.append(Match(*anchor, 1))
            place = anchor[0] + 1, anchor[1] + 1
        return [*_joined(blocks), Match(*ends, 0)]

    def _anchors(self) -> list[tuple[int, int]]:
        """The longest run of pairs, ordered in both texts, of lines that are there once."""
        where = _single(self._after)
        pairs = [
            (i, where[line]) for line, i in _single(self._before).items() if line in where
        ]  # fmt: skip
        tails: list[int] = []
        last: list[int] = []
        earlier: list[int] = []
        for number, (_, j) in enumerate(pairs):
            place = bisect_left(tails, j)
            tails[place : place + 1] = [j]
            last[place : place + 1] = [number]
            earlier.append(last[place - 1] if place else -1)
        found, number = [], last[-1] if last else -1
        while number >= 0:
            found.append(pairs[number])
            number = earlier[number]
        return found[::-1]

    def _between(self, start: tuple[int, int], end: tuple[int, int]) -> Iterator[Match]:
        before = self._before[start[0] : end[0]]
        after = self._after[start[1] : end[1]]
        head = _common(before, after)
        tail = _common(before[head:][::-1], after[head:][::-1])
        if head:
            yield Match(*start, head)
        before, after = before[head : len(before) - tail], after[head : len(after) - tail]
        if before and after and len(before) * len(after) <= _MOST_PAIRS:
            inner = SequenceMatcher(None, before, after, autojunk=False)
            for block in inner.get_matching_blocks():
                if block.size:
                    yield Match(start[0] + head + block.a, start[1] + head + block.b, block.size)
        if tail:
            yield Match(end[0] - tail, end[1] - tail, tail)


def _single(lines: Sequence[str]) -> dict[str, int]:
    counts = Counter(lines)
    return {line: number for number, line in enumerate(lines) if counts[line] == 1}


def _common(lines: Sequence[str], others: Sequence[str]) -> int:
    """Count the equal lines at the start."""
    pairs = zip(lines, others, strict=False)
    return next(
        (number for number, (one, other) in enumerate(pairs) if one != other),
        min(len(lines), len(others)),
    )


def _joined(blocks: list[Match]) -> list[Match]:
    """Join blocks that follow each other in both texts."""
    found: list[Match] = []
    for block in blocks:
        if found and (found[-1].a + found[-1].size, found[-1].b + found[-1].size) == block[:2]:
            found[-1] = found[-1]._replace(size=found[-1].size + block.size)
        else:
            found.append(block)
    return found
