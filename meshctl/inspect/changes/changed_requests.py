"""Requests that are treated differently, and in which details."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from meshctl.inspect.tls.change import TlsChange
from meshctl.inspect.trace.answer import Trace
from meshctl.inspect.trace.requests import TracedRequest
from meshctl.masking.answers import masked_data
from meshctl.mesh.request_path.behaviour import policies
from meshctl.mesh.request_path.hops import Hop


class ChangedValue(NamedTuple):
    """Something with a name that was one thing and is another; ``None`` for nothing."""

    name: str
    was: str | None
    now: str | None


class ChangedRequest(NamedTuple):
    """A set of requests that is treated differently, by one that shows it."""

    client: str
    host: str
    request: TracedRequest
    was: Trace
    now: Trace
    details: tuple[ChangedValue, ...] = ()
    """What differs besides what the traces sum up: timeouts, pools and the like."""
    rows: tuple[TlsChange, ...] = ()
    """Of a change of TLS alone: the rows of ``tls-check`` that differ."""


def differing(was: Hop, now: Hop) -> tuple[ChangedValue, ...]:
    """List the settings of the first hop that differ."""
    before, after = dict(_settings(was)), dict(_settings(now))
    return tuple(
        ChangedValue(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _settings(hop: Hop) -> Iterator[tuple[str, str]]:
    for name, value in hop.settings.items():
        yield name, _written(value)
    for name, text in (("path", hop.path), ("authority", hop.authority)):
        if text:
            yield name, text
    for sending in hop.sendings:
        found = policies(sending)
        if found and sending.target is not None:
            yield f"traffic policy of {sending.target.host}", found
    for name, rules in (("rules", hop.verdict.by if hop.verdict is not None else ()),):
        if rules:
            yield name, ", ".join(rule.title for rule in rules)


def _written(value: Any) -> str:
    return (
        value
        if isinstance(value, str)
        else json.dumps(masked_data(value), sort_keys=True, default=str)
    )
