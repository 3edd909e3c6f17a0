"""Holds the table of symptoms: how each looks in a log or message, and what may cause it."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_HEAD = re.compile(r"\[(\S+)\] (\S+) (\S+) \| (.+)")
_CODE = r"\d{3}"
_FLAG = re.compile(r"flag(?: (\S*\d\S*))?(?: (.+))?")


class Cause(NamedTuple):
    """One cause of a symptom, and the ids of the rules that find it; maybe none can."""

    title: str
    rules: tuple[str, ...]


class Signature(NamedTuple):
    """One symptom. ``where`` says who writes it; ``flag`` is Envoy's response flag, or empty."""

    id: str
    where: str
    flag: str
    title: str
    pattern: re.Pattern[str]
    causes: tuple[Cause, ...]
    commands: tuple[str, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of all causes."""
        return tuple(dict.fromkeys(rule for cause in self.causes for rule in cause.rules))

    @property
    def is_flag(self) -> bool:
        """Is it known by its flag, and not by words of its own?"""
        return self.where == "access-log" and bool(self.flag)


@cache
def signatures() -> tuple[Signature, ...]:
    """Give all symptoms, in the order of the table."""
    text = files(__package__).joinpath("signatures.txt").read_text(encoding="utf-8")
    return tuple(_read(block.splitlines()) for block in text.split("\n\n")[1:])


def _read(lines: list[str]) -> Signature:
    head = _HEAD.fullmatch(lines[0])
    assert head is not None  # noqa: S101 - the table ships with the code, and is tested
    name, where, flag, title = head.groups()
    flag = flag.strip("-")
    parts = [(line[2], line[4:]) for line in lines[1:]]
    pattern = next(text for sign, text in parts if sign == "=")
    return Signature(
        name, where, flag, title, re.compile(_pattern(pattern, flag)), tuple(_causes(parts)),
        tuple(text for sign, text in parts if sign == ">"),
    )  # fmt: skip


def _pattern(written: str, flag: str) -> str:
    match = _FLAG.fullmatch(written)
    if match is None:
        return written
    code, rest = match.groups(default="")
    return f'" {code or _CODE} (?:[A-Z]+,)*{flag}(?:,[A-Z]+)* {rest}'


def _causes(parts: list[tuple[str, str]]) -> Iterator[Cause]:
    for sign, text in parts:
        if sign == "-":
            title, _, rules = text.partition(" : ")
            yield Cause(title, tuple(rules.split()))
