"""Sums up the way of a request: whether it can arrive, and else what the client sees.

Response flags are Envoy's (source/common/stream_info/utility.h): NR no route, NC no cluster, UH no
healthy endpoint, UF the connection failed, UC it was closed, DPE not HTTP, FI a fault answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from meshctl.mesh.request_path.hops import Direction, Hop, Leg, Outcome, Sending
from meshctl.mesh.request_path.sending import wire_name
from meshctl.words import whole_number

FORWARDED = "forwarded"
ABORTED = "aborted"
_CONFLICTS = frozenset({
    Outcome.NO_FILTER_CHAIN, Outcome.TLS_REQUIRED, Outcome.CLIENT_CERT_REQUIRED,
    Outcome.SERVER_CERT_NOT_MESH, Outcome.APP_GETS_MTLS,
})  # fmt: skip
_TLS = {"istio-mutual": "mtls", "hbone": "mtls", "plaintext": "plaintext"}


class Summary(NamedTuple):
    """What becomes of a request: the word for it, Envoy's flag, the status that the client gets.

    ``hop`` is where it ends.
    """

    outcome: str
    flag: str | None
    status: int | None
    hop: Hop

    @property
    def can_arrive(self) -> bool:
        """Is it, or may it be, answered as its sender wants?"""
        return self.outcome in {FORWARDED, "redirect", "direct-response", "unknown"}


class Share(NamedTuple):
    """One end of the way: the destination, its share in percent, the endpoint and what happens."""

    sending: Sending
    percent: float
    leg: Leg | None
    summary: Summary


def until_aborted(hop: Hop) -> Hop:
    """Cut the way off at hops whose fault answers every request."""
    if hop.faults.aborts_all:
        return replace(hop, sendings=(), path="", authority="", location="")
    cut = tuple(_cut(sending) for sending in hop.sendings)
    return hop if cut == hop.sendings else replace(hop, sendings=cut)


def _cut(sending: Sending) -> Sending:
    legs = tuple(
        leg if leg.next is None else leg._replace(next=until_aborted(leg.next))
        for leg in sending.legs
    )
    return sending if legs == sending.legs else replace(sending, legs=legs)


def summary(hop: Hop) -> Summary:
    """Sum up a hop and what follows; of several ends the best, since some requests get there."""
    found = _own(hop, is_http=hop.protocol != "tcp")
    if found is not None:
        return found
    several = [one.summary for one in shares(hop)]
    if not several:  # a rule that sends nowhere, which the webhook refuses
        return Summary("unknown", None, None, hop)
    return next((one for one in several if one.can_arrive), several[0])


def _own(hop: Hop, *, is_http: bool) -> Summary | None:
    """Say what a hop does by itself; ``None`` where that depends on what follows."""
    code = whole_number(hop.code)
    outcome, abort = hop.outcome, hop.faults.abort
    if abort is not None and hop.faults.aborts_all:
        return Summary(ABORTED, "FI", abort.status, hop)
    if outcome in {Outcome.REDIRECT, Outcome.HTTPS_REDIRECT}:
        return Summary("redirect", None, code, hop)
    if outcome is Outcome.DIRECT_RESPONSE:
        word = "unknown-host" if hop.route_name == "block_all" else "direct-response"
        return Summary(word, None, code, hop)
    if outcome in {Outcome.NO_ROUTE, Outcome.NO_VIRTUAL_HOST}:
        return Summary("no-route", "NR", code or 404, hop)
    if outcome is Outcome.DENIED:
        return Summary("denied", None, code, hop)
    if outcome is Outcome.BLACKHOLE:
        return Summary("unknown-host", "UH", None, hop)
    if outcome is Outcome.UNRESOLVED:
        return Summary("unknown-host", None, None, hop)
    if outcome in _CONFLICTS:
        return Summary(
            "tls-conflict", "NR" if outcome is Outcome.NO_FILTER_CHAIN else None, None, hop
        )
    if outcome is Outcome.PROTOCOL_ERROR:
        return Summary("unreachable", "DPE", 400 if is_http else None, hop)
    if outcome in {Outcome.NO_LISTENER, Outcome.LOOP}:
        return Summary("unreachable", None, None, hop)
    if outcome is Outcome.UNKNOWN:
        return Summary("unknown", None, None, hop)
    return Summary(FORWARDED, None, None, hop) if outcome is Outcome.DELIVERED else None


def shares(hop: Hop) -> Iterator[Share]:
    """Walk the ends of the way behind a hop, with the share of each destination."""
    total = sum(_weight(sending) for sending in hop.sendings) or 1
    for sending in hop.sendings:
        percent = 100 * _weight(sending) / total
        if not sending.legs:
            yield Share(sending, percent, None, _without_endpoint(hop, sending))
        for leg in sending.legs:
            yield Share(sending, percent, leg, _of_leg(hop, leg))


def _weight(sending: Sending) -> int:
    weight = sending.target.weight if sending.target is not None else None
    return 1 if weight is None else weight


def _without_endpoint(hop: Hop, sending: Sending) -> Summary:
    is_http = hop.protocol == "http"
    if hop.direction is Direction.AMBIENT:
        return Summary("no-endpoint", None, None, hop)
    if sending.by_kube_proxy:
        return Summary("unreachable", "UF", 503 if is_http else None, hop)
    if sending.name and sending.name != "UnknownService":
        return Summary("unreachable", "UH", None, hop)
    if sending.cluster is None:
        return Summary("no-cluster", "NC", sending.missing_code if is_http else None, hop)
    if sending.lacks_authority:
        return Summary("tls-conflict", "UF", 503 if is_http else None, hop)
    return Summary("no-endpoint", "UH", 503 if is_http else None, hop)


def _of_leg(hop: Hop, leg: Leg) -> Summary:
    """Say what becomes of a request at an endpoint, as the client sees it through this proxy."""
    if leg.next is None:
        return Summary(FORWARDED, None, None, hop)
    found = summary(leg.next)
    is_http = hop.protocol == "http"
    if is_http and found.hop is leg.next and leg.next.direction is Direction.AMBIENT:
        # What ztunnel refuses is a connection that fails to the proxy before it.
        refused = found.outcome == "denied"
        found = found._replace(status=503) if refused else found
    if found.outcome == "tls-conflict" and found.hop is leg.next:
        closed = leg.wire.tls.value == "plaintext"
        return found._replace(flag="UC" if closed else "UF", status=503 if is_http else None)
    if found.outcome == "unreachable" and found.hop is leg.next and found.flag is None:
        return found._replace(flag="UF", status=503 if is_http else None)
    return found


def last_sendings(hop: Hop) -> list[tuple[Hop, Sending]]:
    """List the destinations of the last proxies on the way, each with its hop."""
    found: list[tuple[Hop, Sending]] = []
    for sending in hop.sendings:
        following = [leg.next for leg in sending.legs if leg.next is not None and leg.next.sendings]
        if following:
            for each in following[:1]:
                found += last_sendings(each)
        else:
            found.append((hop, sending))
    return found


def ends(hop: Hop) -> Iterator[Hop]:
    """Walk the hops at which ways end."""
    following = [
        leg.next for sending in hop.sendings for leg in sending.legs if leg.next is not None
    ]
    if not following:
        yield hop
    for one in following:
        yield from ends(one)


def tls_result(hop: Hop, found: Summary) -> str | None:
    """Name the TLS of the connections to the servers, in the words of ``tls-check``."""
    if found.outcome == "tls-conflict":
        return "conflict"
    if found.outcome in {"no-endpoint", "no-cluster"}:
        return "no-endpoint"
    wires = {
        _TLS.get(wire_name(leg), "tls")
        for _, sending in last_sendings(hop)
        for leg in sending.legs
    }  # fmt: skip
    if not wires:
        return None
    return wires.pop() if len(wires) == 1 else "mixed"


def distinct(hops: Sequence[Hop]) -> list[Hop]:
    """List hops, those that do the very same at several pods of one workload once."""
    seen: dict[tuple[object, ...], Hop] = {}
    for hop in hops:
        key = hop.workload, hop.outcome, hop.chain, hop.code
        seen.setdefault(key, hop)
    return list(seen.values())
