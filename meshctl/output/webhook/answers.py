"""Writes what the webhook would answer, as kubectl shows it."""

from typing import TextIO

from meshctl.gate.by_hand import Answered
from meshctl.output.lines import write_lines
from meshctl.words import visible

_DONE = {"CREATE": "created", "UPDATE": "configured"}


def write_answer(answered: Answered, out: TextIO) -> None:
    """Write the warnings and the refusal of one object."""
    answer = answered.decision.answer
    title = visible(answered.title)
    lines = [f"Warning: {visible(one)}" for one in answer.warnings]
    if answer.allowed:
        lines.append(f"{title}: allowed, would be {_DONE[answered.operation]}")
    else:
        first, *rest = answer.message.split("\n")
        lines += [f"{title}: refused, {visible(first)}", *(f"  {visible(one)}" for one in rest)]
    write_lines(lines, out)
