"""Compares two meshes by what they do: requests, access, TLS, injection, listeners, known hosts."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from meshctl.errors import UsageError
from meshctl.inspect.changes.changed_objects import ChangedObject, changed_objects
from meshctl.inspect.changes.changed_requests import ChangedRequest, ChangedValue, differing
from meshctl.inspect.changes.known_hosts import changed_hosts
from meshctl.inspect.changes.order_hazards import OrderHazard, order_hazards
from meshctl.inspect.changes.questions import questions
from meshctl.inspect.tls.change import changes as changed_rows
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.trace.answer import describe
from meshctl.inspect.trace.requests import TracedRequest
from meshctl.inspect.trace.start import follow
from meshctl.inspect.trace.summary import ends
from meshctl.mesh import Mesh
from meshctl.mesh.request_path.behaviour import behaviour, policies
from meshctl.mesh.request_path.hops import Hop

if TYPE_CHECKING:
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
    from meshctl.mesh.gateways.listeners import Listener

_MOST_QUESTIONS = 4000
_MOST_ENDPOINTS = 50_000
_SEEING = frozenset({"Service", "ServiceEntry", "Sidecar"})
_LISTENING = frozenset({
    "Gateway", "Service", "VirtualService", "HTTPRoute", "TLSRoute", "TCPRoute", "GRPCRoute",
    "Deployment", "Pod", "DaemonSet",
})  # fmt: skip


class Changes(NamedTuple):
    """Everything that a change does."""

    objects: tuple[ChangedObject, ...]
    routes: tuple[ChangedRequest, ...]
    access: tuple[ChangedRequest, ...]
    tls: tuple[ChangedRequest, ...]
    injection: tuple[ChangedValue, ...]
    listeners: tuple[ChangedValue, ...]
    hosts: tuple[ChangedValue, ...]
    order: tuple[OrderHazard, ...]
    is_cut: bool
    """Were there more requests to try than are tried?"""

    @property
    def is_empty(self) -> bool:
        """Does the change do nothing at all?"""
        return not any((self.routes, self.access, self.tls, self.injection, self.listeners,
                        self.hosts))  # fmt: skip


class _Effort:
    """How many endpoints the requests came to, of which many behind one Service are costly."""

    def __init__(self) -> None:
        self._endpoints = 0

    def spend(self, hop: Hop) -> None:
        self._endpoints += sum(len(sending.legs) for sending in hop.sendings)

    @property
    def is_spent(self) -> bool:
        return self._endpoints > _MOST_ENDPOINTS


def changes(old: Mesh, new: Mesh, namespace: str) -> Changes:
    """Compare two meshes; the work grows with what differs."""
    objects = changed_objects(old, new)
    if old.config != new.config:
        objects += [ChangedObject(resource, resource) for resource in new.resources]
    if not objects:
        return Changes((), (), (), (), (), (), (), (), is_cut=False)
    kinds = {changed_object.either.kind for changed_object in objects}
    asked = list(islice(_asked(old, new, objects), _MOST_QUESTIONS + 1))
    effort = _Effort()
    found = list(_compare(old, new, asked[:_MOST_QUESTIONS], namespace, effort))
    own = [
        changed_object for changed_object in objects if changed_object.was is not changed_object.now
    ]
    return Changes(
        tuple(own),
        tuple(_of_kind(found, "routes")), tuple(_of_kind(found, "access")),
        tuple(_with_rows(old, new, _of_kind(found, "tls"))),
        tuple(_injection(old, new)),
        tuple(_listeners(old, new)) if kinds & _LISTENING else (),
        tuple(changed_hosts(old, new, objects)) if kinds & _SEEING else (),
        tuple(order_hazards(old, new, own)), is_cut=len(asked) > _MOST_QUESTIONS or effort.is_spent,
    )  # fmt: skip


def _asked(old: Mesh, new: Mesh, objects: list[ChangedObject]) -> Iterator[TracedRequest]:
    """Walk the requests that either mesh suggests, each once."""
    seen: set[tuple[object, ...]] = set()
    for mesh in (new, old):
        for question in questions(mesh, objects):
            key = (
                question.client,
                question.method,
                question.url,
                tuple(sorted(question.headers.items())),
            )
            if key not in seen:
                seen.add(key)
                yield question


def _compare(
    old: Mesh, new: Mesh, asked: list[TracedRequest], namespace: str, effort: _Effort
) -> Iterator[tuple[str, ChangedRequest]]:
    """Follow requests in both meshes, and keep one witness of each way in which they differ."""
    seen: set[tuple[object, ...]] = set()
    for request in asked:
        if effort.is_spent:
            break
        was, now = _follow(old, request, namespace), _follow(new, request, namespace)
        if was is None or now is None:
            continue
        effort.spend(was)
        effort.spend(now)
        before, after = behaviour(was, by_name=False), behaviour(now, by_name=False)
        if before == after:
            continue
        kind = _kind(was, now)
        details = differing(was, now)
        witness = ChangedRequest(
            request.client, request.host, request, describe(old, request, was),
            describe(new, request, now), details,
        )  # fmt: skip
        who = request.client if kind == "access" else ""
        key = kind, who, request.host, witness.was.summary, witness.now.summary, details
        if key not in seen:
            seen.add(key)
            yield kind, witness


def _follow(mesh: Mesh, request: TracedRequest, namespace: str) -> Hop | None:
    try:
        return follow(mesh, request, namespace)
    except UsageError:
        return None  # the client is not in this mesh


def _kind(was: Hop, now: Hop) -> str:
    """Tell whether a difference is one of access, of TLS alone, or of routes."""
    if _access(was) != _access(now):
        return "access"
    return "tls" if _way(was) == _way(now) else "routes"


def _access(hop: Hop) -> set[tuple[str, bool]]:
    return {
        (end.workload.key_name if end.workload else "", end.verdict.is_allowed)
        for end in ends(hop)
        if end.verdict is not None and end.verdict.action
    } - {("", True)}


def _way(hop: Hop) -> tuple[object, ...]:
    """Describe a way without its TLS."""
    sendings = tuple(
        (sending.target[:4] if sending.target else (), sending.name, sending.cluster is None,
         tuple(sorted(leg.wire.endpoint.address for leg in sending.legs)))
        for sending in hop.sendings
    )  # fmt: skip
    answers = (hop.outcome, hop.code, hop.location, hop.path, hop.authority, str(hop.settings))
    return answers, sendings, tuple(map(policies, hop.sendings))


def _of_kind(found: list[tuple[str, ChangedRequest]], kind: str) -> Iterator[ChangedRequest]:
    return (witness for one, witness in found if one == kind)


def _with_rows(old: Mesh, new: Mesh, found: Iterable[ChangedRequest]) -> Iterator[ChangedRequest]:
    """Add what ``tls-check`` says of the client and the destinations, before and after."""
    before, after = TlsCheck(old), TlsCheck(new)
    for changed_request in found:
        client = changed_request.now.way.workload
        ends = {
            (to.host, to.port)
            for to in (*changed_request.was.destinations, *changed_request.now.destinations)
        }
        if client is None or not ends:
            yield changed_request
            continue
        asked = TlsFilter(client.key_name, tuple(sorted({host for host, _ in ends})))
        was, now = (
            [row.data for row in check.found(asked) if (row.data.host, row.data.port) in ends]
            for check in (before, after)
        )
        yield changed_request._replace(rows=tuple(changed_rows(was, now)))


def _injection(old: Mesh, new: Mesh) -> Iterator[ChangedValue]:
    """Walk the workloads that take part in the mesh in another way."""
    before = {
        workload.key_name: old.workloads.membership(workload).value for workload in old.workloads
    }
    for one in new.workloads:
        now = new.workloads.membership(one).value
        was = before.get(one.key_name)
        if was is not None and was != now:
            yield ChangedValue(one.key_name, was, now)


def _listeners(old: Mesh, new: Mesh) -> list[ChangedValue]:
    """List the listeners of gateways that differ, by name; what workloads share is compared once."""
    before, after = _listening(old), _listening(new)
    nothing: dict[str, str] = {}
    compared: dict[tuple[int, int], list[ChangedValue]] = {}
    found = []
    for name in before.keys() | after.keys():
        was, now = before.get(name, nothing), after.get(name, nothing)
        key = id(was), id(now)
        if key not in compared:
            places = was.keys() | now.keys()
            several = [ChangedValue(place, was.get(place), now.get(place)) for place in places]
            compared[key] = [one for one in several if one.was != one.now]
        found += [one._replace(name=f"{name} {one.name}") for one in compared[key]]
    return sorted(found, key=lambda changed_value: changed_value.name)


def _listening(mesh: Mesh) -> dict[str, dict[str, str]]:
    """Say what gateway workloads listen to at each address; those that are sent the same share it."""
    shared: dict[EffectiveGateway, dict[str, str]] = {}
    found: dict[str, dict[str, str]] = {}
    for gateway in mesh.gateway_api.gateways:
        if gateway.first not in shared:
            shared[gateway.first] = {
                f"{listener.bind}:{listener.port}": _listener_text(listener)
                for listener in gateway.listeners
            }
        name, texts = gateway.workload.name, shared[gateway.first]
        found[name] = {**found[name], **texts} if name in found else texts
    return found


def _listener_text(listener: "Listener") -> str:
    names = sorted({name for chain in listener.chains for name in chain.server.sni_hosts})
    return f"{listener.chains[0].server.server.protocol} {', '.join(names)}"
