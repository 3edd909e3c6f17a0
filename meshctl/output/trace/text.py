"""Writes traces for people: the outcome in one sentence, then the way hop by hop."""

from collections.abc import Iterable
from typing import TextIO

from meshctl.inspect.trace.answer import DecidedBy, Trace, TracedHop
from meshctl.words import visible


def write_traces(traces: Iterable[Trace], out: TextIO) -> None:
    """Write several traces with an empty line between them."""
    for number, one in enumerate(traces):
        out.write("\n" if number else "")
        write_trace(one, out)


def write_trace(one: Trace, out: TextIO) -> None:
    """Write one trace; text from the input can't break the terminal."""
    out.write(f"{visible(one.summary)}\n")
    out.write(f"  {visible(one.request.title)}\n")
    for hop in one.hops:
        _write_hop(hop, out)


def _write_hop(hop: TracedHop, out: TextIO) -> None:
    indent = "  " * (hop.depth + 1)
    name = f"{hop.at} {hop.workload}".strip()
    out.write(f"{indent}{visible(name)}: {visible(hop.message)}\n")
    inside = f"{indent}    "
    parts = [("listener", hop.listener), ("host", hop.virtual_host), ("route", hop.route)]
    known = ", ".join(f"{key} {visible(text)}" for key, text in parts if text)
    if known:
        out.write(f"{inside}{known}\n")
    out.writelines(f"{inside}by {_decided(decided)}\n" for decided in hop.decided_by)
    out.writelines(f"{inside}not {_decided(other)}\n" for other in hop.considered)
    if hop.not_known:
        out.write(f"{inside}? {visible(hop.not_known)}\n")


def _decided(one: DecidedBy) -> str:
    place = one.location
    return visible(f"{one.resource.title} ({place.file}:{place.line}): {one.message}")
