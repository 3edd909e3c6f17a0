"""Writes what the webhook would answer, as kubectl shows it, or as JSON."""

from collections.abc import Iterable
from typing import TextIO

from meshctl.gate.by_hand import Answered, files_answer
from meshctl.output.as_json.answers import write_json
from meshctl.output.data import data_of
from meshctl.output.lines import write_lines
from meshctl.words import visible

VERSION = 1
_DONE = {"CREATE": "created", "UPDATE": "configured"}


def write_answers(found: Iterable[Answered], output: str, out: TextIO) -> bool:
    """Write answers as ``text``, each as soon as it is there, or as ``json``.

    Gives whether all would be allowed.
    """
    if output == "json":
        answer = files_answer(found)
        write_json({"version": VERSION, **data_of(answer)}, out)
        return answer.allowed
    allowed = True
    for answered in found:
        write_answer(answered, out)
        allowed &= answered.decision.answer.allowed
    return allowed


def write_answer(answered: Answered, out: TextIO) -> None:
    """Write the warnings and the refusal of one object."""
    answer = answered.decision.answer
    title = visible(answered.resource.title)
    lines = [f"Warning: {visible(warning)}" for warning in answer.warnings]
    if answer.allowed:
        lines.append(f"{title}: allowed, would be {_DONE[answered.operation]}")
    else:
        first, *rest = answer.message.split("\n")
        lines += [f"{title}: refused, {visible(first)}", *(f"  {visible(line)}" for line in rest)]
    write_lines(lines, out)
