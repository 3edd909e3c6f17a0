"""Writes the answer of ``trace``: text, or JSON."""

import json
from collections.abc import Sequence
from typing import TextIO

from meshctl.inspect.trace.answer import Trace, form
from meshctl.output.trace.text import write_traces


def write(traces: Sequence[Trace], output: str, out: TextIO) -> None:
    """Write traces in a format, ``text`` or ``json``."""
    if output == "json":
        data = {"version": 1, "traces": [form(one) for one in traces]}
        out.write(json.dumps(data, indent=2) + "\n")
    else:
        write_traces(traces, out)
