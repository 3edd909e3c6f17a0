"""Puts into words what happens to a request: the whole in one sentence, and each hop."""

from collections.abc import Iterator

from meshctl.inspect.trace.requests import TracedRequest
from meshctl.inspect.trace.summary import ABORTED, FORWARDED, Share, Summary, shares
from meshctl.mesh.request_path.hops import Direction, Hop, Outcome, Sending
from meshctl.mesh.request_path.sending import ZTUNNEL, wire_name

_OVER = {
    "istio-mutual": "over mTLS", "hbone": "over HBONE", "plaintext": "in plaintext", "simple": "over TLS",
    "mutual": "over TLS with its own certificate", "app-tls": "in the client's own TLS",
}  # fmt: skip
_FAILURES = {
    Outcome.NO_FILTER_CHAIN: "the server has no filter chain for this TLS, and resets",
    Outcome.TLS_REQUIRED: "the server wants TLS and gets plaintext",
    Outcome.CLIENT_CERT_REQUIRED: "the server wants a certificate of the mesh",
    Outcome.SERVER_CERT_NOT_MESH: "the server shows no certificate of the mesh",
    Outcome.APP_GETS_MTLS: "the application gets mutual TLS, and no sidecar opens it",
    Outcome.PROTOCOL_ERROR: "the port expects HTTP and gets something else",
    Outcome.NO_LISTENER: "nothing listens on the port",
    Outcome.LOOP: "the request goes in a circle",
}


_UNCHECKED = "the authority of the BackendTLSPolicy can't be had, so it connects to no server"
_PAST_PORTS = "the address of a Service itself, which has no such port or no pod behind it"


def whole(request: TracedRequest, hop: Hop, found: Summary) -> str:
    """Say in one sentence what becomes of a request, its status and flag first."""
    where = _where(found.hop)
    if found.outcome == FORWARDED:
        return "; ".join([_forwarded(request, hop), *dict.fromkeys(_faults(hop))])
    head = " ".join(str(one) for one in (found.status, found.flag) if one)
    if found.outcome == "redirect":
        return f"{found.status} to {found.hop.location}, {where}"
    if found.outcome == "direct-response":
        return f"{found.status} by a direct response, {where}"
    if found.outcome == ABORTED:
        return _aborted(found.hop, where)
    if found.outcome == "denied":
        return _denied(found)
    if found.hop.outcome is Outcome.UNRESOLVED:
        return f"the name doesn't resolve: {found.hop.reason}"
    text = {
        "no-route": f"{where}: no route takes the request",
        "no-cluster": f"{where}: it has no cluster for {_target(found.hop)}",
        "no-endpoint": f"{where}: no endpoint behind {_target(found.hop)}",
        "unknown-host": f"{where}: it doesn't know {request.authority}, and lets nothing unknown out",
        "tls-conflict": f"{where}: {_FAILURES.get(found.hop.outcome, _UNCHECKED)}",
        "unreachable": f"{where}: {_unreachable(found.hop)}",
        "unknown": f"{where}: {found.hop.reason}",
    }[found.outcome]
    return (
        f"{head} {text}".strip()
        if head
        else f"fails {text}"
        if found.outcome != "unknown"
        else (f"can't be told {text}")
    )


def _aborted(hop: Hop, where: str) -> str:
    abort = hop.faults.abort
    assert abort is not None  # noqa: S101 - that is what aborted means
    return f"{abort.answer} FI by fault injection, {where}"


def _faults(hop: Hop, place: str = "") -> Iterator[str]:
    """Walk what faults do to requests on the way, those of later proxies with their place."""
    if hop.faults.aborts_all:
        return  # its share says so
    yield from (f"{text}{place}" for text in hop.faults.texts)
    following = [
        leg.next for sending in hop.sendings for leg in sending.legs if leg.next is not None
    ]
    for one in following:
        yield from _faults(one, f" {_where(one)}")


def _unreachable(hop: Hop) -> str:
    if any(sending.by_kube_proxy and not sending.legs for sending in hop.sendings):
        return f"the connection goes to {_PAST_PORTS}, so it is refused or times out"
    return _FAILURES.get(hop.outcome, "nothing answers")


def _denied(found: Summary) -> str:
    verdict = found.hop.verdict
    head = str(found.status) if found.status else "connection closed"
    if verdict is None:
        return head
    where = _where(found.hop)
    if verdict.action == "JWT":
        text = next((step.token.text for step in verdict.steps if step.token), "")
        return f"{head} by RequestAuthentication: {text}, {where}"
    if verdict.by:
        rule = verdict.by[0]
        return f"{head} by AuthorizationPolicy {rule.policy.key_name}, rule {rule.number}, {where}"
    names = dict.fromkeys(rule.policy.key_name for rule in verdict.steps[-1].rules)
    several = ", ".join(names) or "an ALLOW policy without rules for this port"
    return f"{head} by AuthorizationPolicy {several}: no rule allows it, {where}"


def _forwarded(request: TracedRequest, hop: Hop) -> str:
    parts = [_share(one) for one in _grouped(hop)]
    head = "200 possible" if request.is_http else "connects"
    return f"{head}: {'; '.join(dict.fromkeys(parts))}"


def _grouped(hop: Hop) -> list[Share]:
    """List the ends, those of one destination that go alike once."""
    seen: dict[tuple[object, ...], Share] = {}
    for one in shares(hop):
        wire = wire_name(one.leg) if one.leg is not None else ""
        seen.setdefault((id(one.sending), wire, one.summary.outcome), one)
    return list(seen.values())


def _share(one: Share) -> str:
    percent = "" if one.percent > 99.5 else f"{one.percent:.0f} % "  # noqa: PLR2004 - all of it
    name = name_of(one.sending)
    over = _OVER.get(wire_name(one.leg), "") if one.leg is not None else ""
    text = f"{percent}{name} {over}".strip()
    found = one.summary
    if found.outcome != FORWARDED:
        head = " ".join(str(part) for part in (found.status, found.flag) if part)
        return f"{text}: {head or found.outcome}"
    through = one.leg.next if one.leg is not None else None
    if through is not None and through.sendings:
        return (
            f"{text}, then {'; '.join(dict.fromkeys(_share(each) for each in _grouped(through)))}"
        )
    return text


def name_of(sending: Sending) -> str:
    """Name a destination: host, port and subset."""
    if sending.target is None or not sending.target.host:
        end = sending.legs[0].wire.endpoint if sending.legs else None
        place = f"{end.address}:{end.port}" if end is not None and end.port else ""
        if end is not None and sending.name == ZTUNNEL and end.workload is not None:
            return place
        place = (place or (end.address if end is not None else "")).removeprefix("outside:")
        return f"{place} past the mesh".strip() if end is not None else sending.name
    subset = f" subset {sending.target.subset}" if sending.target.subset else ""
    return f"{sending.target.host}:{sending.target.port}{subset}"


def _target(hop: Hop) -> str:
    return ", ".join(dict.fromkeys(name_of(sending) for sending in hop.sendings)) or "it"


def _where(hop: Hop) -> str:
    name = hop.workload.key_name if hop.workload is not None else "the client"
    places = {
        Direction.OUTBOUND: f"at the sidecar of {name}",
        Direction.GATEWAY: f"at gateway {name}",
        Direction.INBOUND: f"at the server {name}",
        Direction.WAYPOINT: f"at waypoint {name}",
        Direction.AMBIENT: f"at the ztunnel of {name}",
    }
    return places.get(hop.direction, f"at {name}")


def of_hop(hop: Hop) -> str:
    """Say what one hop does."""
    if hop.faults.aborts_all:
        return "; ".join(hop.faults.texts)
    simple = {
        Outcome.NO_ROUTE: "404: no route of the virtual host takes the request",
        Outcome.NO_VIRTUAL_HOST: "404: no virtual host is for this Host header",
        Outcome.BLACKHOLE: "closes the connection: it knows no such host (REGISTRY_ONLY)",
        Outcome.DELIVERED: "hands the request to the application",
        Outcome.UNKNOWN: f"unknown: {hop.reason}",
        Outcome.UNRESOLVED: f"gets no address: {hop.reason}",
    }
    if hop.outcome in simple:
        return simple[hop.outcome]
    if hop.outcome in _FAILURES:
        return _FAILURES[hop.outcome]
    if hop.outcome in {Outcome.REDIRECT, Outcome.HTTPS_REDIRECT}:
        return f"{hop.code}: sends the client to {hop.location}"
    if hop.outcome is Outcome.DIRECT_RESPONSE:
        return f"{hop.code}: answers by itself"
    if hop.outcome is Outcome.DENIED:
        return f"refuses: {hop.code}"
    passes = hop.outcome is Outcome.PASSTHROUGH
    verb = "passes on to" if passes else "sends to"
    sent = dict.fromkeys(_sent(sending) for sending in hop.sendings)
    return f"{verb} {'; '.join([*sent, *hop.faults.texts])}"


def _sent(sending: Sending) -> str:
    share = (
        f"{sending.target.weight} % "
        if sending.target is not None and sending.target.weight
        else ""
    )
    if sending.cluster is None and not sending.name:
        return f"{share}{name_of(sending)}, for which it has no cluster"
    if sending.by_kube_proxy and not sending.legs:
        return f"{share}{_PAST_PORTS} ({name_of(sending)})"
    if sending.lacks_authority:
        return f"{share}{name_of(sending)}, but {_UNCHECKED}"
    if not sending.legs:
        return f"{share}{name_of(sending)}, which has no endpoint"
    wires = dict.fromkeys(_OVER.get(wire_name(leg), wire_name(leg)) for leg in sending.legs)
    return f"{share}{name_of(sending)} {' and '.join(wires)}"
