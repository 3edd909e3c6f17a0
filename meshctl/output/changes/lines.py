"""Says what a change does, one line each, for text and for Markdown alike."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.engine.report import LocatedFinding
from meshctl.inspect.changes.changed_requests import ChangedRequest, ChangedValue
from meshctl.inspect.changes.comparison import Comparison
from meshctl.inspect.changes.order_hazards import OrderHazard
from meshctl.inspect.trace.requests import TracedRequest
from meshctl.masking.answers import said
from meshctl.words import amount

CUT = "There are more requests that the change may treat differently than were tried."
NEW = "New findings"


class Line(NamedTuple):
    """One thing that changes: what it is, and how it was and is."""

    title: str
    was: str
    now: str


class Part(NamedTuple):
    """All of one kind, under a heading."""

    heading: str
    lines: tuple[Line, ...]


def _ordered(hazard: OrderHazard) -> str:
    first, then = hazard.first.title, hazard.then.title
    if hazard.goes:
        return f"change or delete {first} before {then} goes"
    return f"{first} before {then}"


def parts(found: Comparison) -> Iterator[Part]:
    """Walk the parts of a comparison that have something to say, the weightiest first."""
    changes = found.changes
    every = (
        ("Access", map(_request, changes.access)),
        ("Routes", map(_request, changes.routes)),
        ("TLS", map(_request, changes.tls)),
        ("Apply in this order", (
            Line(f"{_ordered(order_hazard)}: {order_hazard.message}", "", "")
            for order_hazard in changes.order
        )),
        (NEW, map(_finding, found.new)),
        ("Findings that are gone", map(_finding, found.gone)),
        ("Injection", map(_value, changes.injection)),
        ("Listeners", map(_value, changes.listeners)),
        ("Known hosts", map(_value, changes.hosts)),
    )  # fmt: skip
    for heading, lines in every:
        several = tuple(lines)
        if several:
            yield Part(heading, several)


def outcome_of(found: Comparison) -> str:
    """Say in one line what a change does."""
    changes = found.changes
    objects = amount(len(changes.objects), "object")
    if changes.is_empty:
        known = f"{objects if changes.objects else 'no object'} changed, and nothing behaves differently"
    else:
        several = len(changes.routes) + len(changes.access) + len(changes.tls)
        kinds = f"requests of {amount(several, 'kind')} behave differently"
        known = f"{objects} changed; {kinds if several else 'no request behaves differently'}"
    return f"{known}; {amount(len(found.new), 'new finding')}, {len(found.gone)} gone."


def _request(changed_request: ChangedRequest) -> Line:
    was, now = changed_request.was.summary, changed_request.now.summary
    details = [
        each for each in changed_request.details if was == now or each.name not in {"path", "rules"}
    ]
    for each in details:
        was += f"; {each.name} {each.was or 'not set'}"
        now += f"; {each.name} {each.now or 'not set'}"
    return Line(_title(changed_request.request), was, now)


def _title(request: TracedRequest) -> str:
    """Name a request with the headers that tell it from others to the same URL."""
    headers = ", ".join(f"{name}: {said(name, value)}" for name, value in request.headers.items())
    return f"{request.title} with {headers}" if headers else request.title


def _value(changed_value: ChangedValue) -> Line:
    return Line(changed_value.name, changed_value.was or "nothing", changed_value.now or "nothing")


def _finding(finding: LocatedFinding) -> Line:
    place = f"{finding.location.file}:{finding.location.line}"
    return Line(f"{finding.severity.value}[{finding.rule}] {place}: {finding.message}", "", "")
