"""Answers what happens to requests: typed results for text, JSON, tests and diffs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from meshctl.engine.locations import identify_at, locate
from meshctl.engine.report import Location, ResourceId
from meshctl.inspect.trace import sentences
from meshctl.inspect.trace.reasons import (
    Reason,
    considered,
    reasons_of_verdict,
    reasons_of_way,
)
from meshctl.inspect.trace.requests import TracedRequest
from meshctl.inspect.trace.start import carried, follow
from meshctl.inspect.trace.summary import (
    ABORTED,
    Summary,
    distinct,
    ends,
    last_sendings,
    summary,
    tls_result,
    until_aborted,
)
from meshctl.istio.durations import in_words
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.request_path.hops import Direction, Hop
from meshctl.mesh.traffic.faults import Faults
from meshctl.resources import Ref


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """An object and line, and what is decided there."""

    place: Ref
    message: str

    @property
    def resource(self) -> ResourceId:
        """The object that is written there."""
        return identify_at(self.place)

    @property
    def location(self) -> Location:
        """The lines and columns, which are looked for when they are asked."""
        return locate(self.place)._replace(frame=None)


@dataclass(frozen=True, slots=True)
class TracedDestination:
    """A service that requests go to; ``weight`` is a share in percent of those that get there."""

    host: str
    port: int
    subset: str | None
    weight: int | None


@dataclass(frozen=True, slots=True)
class TracedAuthorization:
    """Is the request let in, and by which rule?"""

    decision: str
    policy: str | None
    rule: int | None


@dataclass(frozen=True, slots=True)
class TracedHop:
    """What one proxy does: in one sentence, by which objects, and what else was considered."""

    at: str
    workload: str
    outcome: str
    message: str
    listener: str | None
    virtual_host: str | None
    route: str | None
    depth: int
    decided_by: tuple[DecidedBy, ...]
    considered: tuple[DecidedBy, ...]
    not_known: str | None
    faults: Faults


@dataclass(frozen=True, slots=True)
class Trace:
    """What happens to one request."""

    id: str
    request: TracedRequest
    summary: str
    outcome: str
    flag: str | None
    status: int | None
    destinations: tuple[TracedDestination, ...]
    path: str | None
    redirect: str | None
    tls: str | None
    authorization: TracedAuthorization | None
    hops: tuple[TracedHop, ...]
    can_arrive: bool
    way: Hop
    """The hops themselves, for those who compare."""


def trace(mesh: Mesh, request: TracedRequest, namespace: str) -> Trace:
    """Follow one request; UsageError where it starts at something that isn't there."""
    hop = follow(mesh, request, namespace)
    return describe(mesh, request, hop)


def describe(mesh: Mesh, request: TracedRequest, hop: Hop) -> Trace:
    """Describe the way of a request that has been followed."""
    hop = until_aborted(hop)
    found = summary(hop)
    return Trace(
        request.id, request, sentences.whole(request, hop, found), found.outcome, found.flag,
        found.status, _destinations(hop), _path(request, hop),
        found.hop.location or None, tls_result(hop, found), _authorization(hop, found),
        tuple(_Hops(mesh, carried(request, "").http).of(hop)), found.can_arrive, hop,
    )  # fmt: skip


def _destinations(hop: Hop) -> tuple[TracedDestination, ...]:
    found = (
        TracedDestination(
            sending.target.host,
            sending.target.port,
            sending.target.subset or None,
            sending.target.weight,
        )
        for _, sending in last_sendings(hop)
        if sending.target is not None
    )
    return tuple(dict.fromkeys(found))


def _path(request: TracedRequest, hop: Hop) -> str | None:
    """The path that the last server gets."""
    if not request.is_http:
        return None
    path = request.path
    while True:
        path = hop.path or path
        following = [
            leg.next for sending in hop.sendings for leg in sending.legs if leg.next is not None
        ]
        if not following:
            return path
        hop = following[0]


def _authorization(hop: Hop, found: Summary) -> TracedAuthorization | None:
    """Sum up who lets the request in: the refusal, else what can't be known, else permission."""
    several = [one for one in ends(hop) if one.verdict is not None]
    if found.hop.verdict is not None:
        several.insert(0, found.hop)
    denying = [one for one in several if one.verdict and not one.verdict.is_allowed]
    chosen = denying[:1] if found.outcome == "denied" else several[:1]
    for one in chosen:
        verdict = one.verdict
        assert verdict is not None  # noqa: S101 - chosen for it
        rule = verdict.by[0] if verdict.by else None
        word = "allow" if verdict.is_allowed else "deny"
        word = word if verdict.is_certain else "unknown"
        policy = rule.policy.key_name if rule is not None else None
        if rule is None and not verdict.is_allowed and verdict.steps[-1].rules:
            policy = verdict.steps[-1].rules[0].policy.key_name
        return TracedAuthorization(word, policy, rule.number if rule is not None else None)
    return None


class _Hops:
    """Describes hops; what pods have in common that share policies is told once for them all."""

    def __init__(self, mesh: Mesh, http: HttpRequest | None) -> None:
        self._mesh = mesh
        self._http = http
        self._decided: dict[object, tuple[DecidedBy, ...]] = {}

    def of(self, hop: Hop, depth: int = 0) -> Iterator[TracedHop]:
        """Walk a hop and those that follow it."""
        first = hop.direction in {Direction.OUTBOUND, Direction.GATEWAY, Direction.WAYPOINT}
        yield TracedHop(
            hop.direction.value, hop.workload.key_name if hop.workload is not None else "",
            ABORTED if hop.faults.aborts_all else hop.outcome.value, sentences.of_hop(hop),
            hop.listener or None, hop.virtual_host or None, hop.route_name or None, depth,
            self._decided_at(hop),
            _decided(considered(self._mesh, hop, self._http)) if first else (),
            hop.reason or None, hop.faults,
        )  # fmt: skip
        following = [
            leg.next for sending in hop.sendings for leg in sending.legs if leg.next is not None
        ]
        for one in distinct(following):
            yield from self.of(one, depth + 1)

    def _decided_at(self, hop: Hop) -> tuple[DecidedBy, ...]:
        way = tuple(reasons_of_way(self._mesh, hop))
        key = way, id(hop.verdict)  # the hops keep it
        if key not in self._decided:
            verdict = reasons_of_verdict(hop.verdict) if hop.verdict is not None else ()
            self._decided[key] = _decided((*way, *verdict))
        return self._decided[key]


def _decided(several: Iterable[Reason]) -> tuple[DecidedBy, ...]:
    return tuple(dict.fromkeys(DecidedBy(ref, text) for ref, text in several))


def form(trace: Trace) -> dict[str, Any]:
    """Write a trace for programs, in the form of schemas/trace-v1.json."""
    request = trace.request
    return {
        "id": trace.id,
        "request": {
            "from": request.client, "method": request.method, "url": request.url,
            "headers": dict(request.headers),
        },
        "summary": trace.summary, "outcome": trace.outcome, "flag": trace.flag, "status": trace.status,
        "destinations": [
            {"host": d.host, "port": d.port, "subset": d.subset, "weight": d.weight}
            for d in trace.destinations
        ],
        "path": trace.path, "redirect": trace.redirect, "tls": trace.tls,
        "authorization": None if trace.authorization is None else {
            "decision": trace.authorization.decision, "policy": trace.authorization.policy,
            "rule": trace.authorization.rule,
        },
        "hops": [hop_form(hop) for hop in trace.hops],
    }  # fmt: skip


def hop_form(hop: TracedHop) -> dict[str, Any]:
    """Write one hop for programs."""
    return {
        "at": hop.at, "workload": hop.workload, "outcome": hop.outcome, "message": hop.message,
        "listener": hop.listener, "virtual_host": hop.virtual_host, "route": hop.route,
        "depth": hop.depth, "decided_by": [decided_form(one) for one in hop.decided_by],
        "considered": [decided_form(one) for one in hop.considered], "not_known": hop.not_known,
        **_fault_form(hop.faults),
    }  # fmt: skip


def _fault_form(faults: Faults) -> dict[str, Any]:
    """Write what a route injects; ``None`` for what hits no request."""
    abort, delay = faults
    return {
        "abort": None if abort is None else {
            "percent": abort.percent, "status": abort.status,
            "grpc_status": abort.grpc_status or None,
        },
        "delay": None if delay is None else {
            "percent": delay.percent, "duration": in_words(delay.duration),
        },
    }  # fmt: skip


def decided_form(one: DecidedBy) -> dict[str, Any]:
    """Write an object and line for programs."""
    return {
        "resource": one.resource.form(), "location": one.location.form(), "message": one.message,
    }  # fmt: skip
