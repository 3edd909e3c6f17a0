"""Writes the answer of ``trace``: text, or JSON."""

from collections.abc import Sequence
from typing import TextIO

from meshctl.inspect.trace.answer import Trace, form
from meshctl.output.as_json.answers import write_json
from meshctl.output.trace.text import write_traces


def write(traces: Sequence[Trace], output: str, out: TextIO) -> None:
    """Write traces in a format, ``text`` or ``json``."""
    if output == "json":
        data = {"version": 1, "traces": [form(trace) for trace in traces]}
        write_json(data, out)
    else:
        write_traces(traces, out)
