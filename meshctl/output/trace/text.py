"""Writes traces for people: the outcome in one sentence, then the way hop by hop."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from meshctl.inspect.trace.answer import DecidedBy, Trace, TracedHop
from meshctl.output.lines import write_lines
from meshctl.words import visible


def write_traces(traces: Iterable[Trace], out: TextIO) -> None:
    """Write several traces with an empty line between them."""
    for number, trace in enumerate(traces):
        out.write("\n" if number else "")
        write_trace(trace, out)


def write_trace(trace: Trace, out: TextIO) -> None:
    """Write one trace; text from the input can't break the terminal."""
    hops = (line for hop in trace.hops for line in _hop_lines(hop, trace.summary))
    write_lines([visible(trace.summary), f"  {visible(trace.request.title)}", *hops], out)


def _hop_lines(hop: TracedHop, said: str) -> Iterator[str]:
    """Write a hop, without the reasons that the summary has ``said``."""
    indent = "  " * (hop.depth + 1)
    name = f"{hop.at} {hop.workload}".strip()
    what, _, why = hop.message.partition(": ")
    message = what if why and why in said else hop.message
    yield f"{indent}{visible(name)}: {visible(message)}"
    inside = f"{indent}    "
    parts = [("listener", hop.listener), ("host", hop.virtual_host), ("route", hop.route)]
    known = ", ".join(f"{key} {visible(text)}" for key, text in parts if text)
    if known:
        yield f"{inside}{known}"
    yield from (f"{inside}by {_decided(decided)}" for decided in hop.decided_by)
    yield from (f"{inside}not {_decided(other)}" for other in hop.considered)
    if hop.not_known and hop.not_known not in said:
        yield f"{inside}? {visible(hop.not_known)}"


def _decided(decided_by: DecidedBy) -> str:
    place = decided_by.location
    return visible(f"{decided_by.resource.title} ({place.file}:{place.line}): {decided_by.message}")
