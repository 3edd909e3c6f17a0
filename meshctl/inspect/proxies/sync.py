"""Joins what the istiods know of their proxies: the sync state of each xDS type.

Reads ``/debug/syncz`` (SyncStatus, pilot/pkg/xds/debug.go; the states are those of debugSyncStatus,
pilot/pkg/xds/statusgen.go, Istio 1.31). Older istiods give the nonces of five types alone.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from meshctl.cluster.api import ClusterError
from meshctl.cluster.istiod import IstiodAnswer, read_json

_PREFIX = "type.googleapis.com/"
SHORT_NAMES = {
    "envoy.config.cluster.v3.Cluster": "CDS",
    "envoy.config.listener.v3.Listener": "LDS",
    "envoy.config.endpoint.v3.ClusterLoadAssignment": "EDS",
    "envoy.config.route.v3.RouteConfiguration": "RDS",
    "envoy.config.core.v3.TypedExtensionConfig": "ECDS",
    "envoy.extensions.transport_sockets.tls.v3.Secret": "SDS",
    "istio.networking.nds.v1.NameTable": "NDS",
    "istio.mesh.v1alpha1.ProxyConfig": "PCDS",
    "istio.workload.Address": "WDS",
    "istio.workload.Workload": "WDS",
    "istio.security.Authorization": "WADS",
}
"""How people call the types (GetShortType, pkg/model/xds.go, Istio 1.31), the usual ones first."""

_OLD_NAMES = {
    "cluster": "CDS", "listener": "LDS", "endpoint": "EDS", "route": "RDS",
    "extensionconfig": "ECDS",
}  # fmt: skip
_ALWAYS_WANTED = frozenset({"CDS", "LDS"})
_RANKS = {name: rank for rank, name in enumerate(dict.fromkeys(SHORT_NAMES.values()))}
_PUSH_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
_NUMBERS = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")
_NEVER_ACKED = "never acknowledged"
_ON_ITS_WAY = timedelta(seconds=10)
"""A push this young may still be confirmed; clocks may differ as much."""
_JUST_SENT = "sent a moment ago, the answer may be on its way"


class Status(StrEnum):
    """How a proxy stands with one type of configuration."""

    ERROR = "ERROR"
    STALE = "STALE"
    NOT_SENT = "NOT SENT"
    SYNCED = "SYNCED"
    IGNORED = "IGNORED"


class TypeStatus(NamedTuple):
    """The state of one type: since istiod last sent it, and why it is not in sync."""

    status: Status
    since: datetime | None = None
    reason: str = ""


IGNORED = TypeStatus(Status.IGNORED)
_SEVERITY = {status: rank for rank, status in enumerate(Status)}


class Skew(StrEnum):
    """How the version of a proxy differs from that of its istiod."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProxySync:
    """A proxy as its istiod knows it; ``types`` are those it asks for, the usual ones first."""

    name: str
    cluster: str
    istiod: str
    revision: str
    version: str
    istiod_version: str
    kind: str
    types: Mapping[str, TypeStatus]
    also_on: tuple[str, ...] = ()

    @property
    def pod(self) -> str:
        """The pod; a name has the namespace behind its last dot."""
        return self.name.rpartition(".")[0]

    @property
    def namespace(self) -> str:
        """The namespace, which has no dot."""
        return self.name.rpartition(".")[2]

    @property
    def worst(self) -> Status:
        """``ERROR`` or ``STALE`` where a type is; ``NOT SENT`` where it got nothing at all."""
        states = {status.status for status in self.types.values()}
        if states <= {Status.NOT_SENT}:
            return Status.NOT_SENT
        return min(states - {Status.NOT_SENT}, key=_SEVERITY.__getitem__)

    @property
    def skew(self) -> Skew:
        """Patch releases mix; another minor version is what an upgrade has left behind."""
        ours, theirs = map(_NUMBERS.match, (self.version, self.istiod_version))
        if ours is None or theirs is None:
            return Skew.UNKNOWN
        if ours.group(1, 2) != theirs.group(1, 2):
            return Skew.MINOR
        return Skew.NONE if ours[3] == theirs[3] else Skew.PATCH

    def having(self, status: Status) -> list[str]:
        """Name the types in a state."""
        return [name for name, type_status in self.types.items() if type_status.status is status]

    def oldest(self, status: Status) -> datetime | None:
        """Since when the first of the types in a state is in it, as far as it is known."""
        since = [
            type_status.since
            for type_status in self.types.values()
            if type_status.status is status and type_status.since
        ]
        return min(since, default=None)


class KnownProxies(NamedTuple):
    """The proxies by name, and the answers of istiods that gave none."""

    proxies: list[ProxySync]
    silent: list[IstiodAnswer]


def read_answers(answers: Iterable[IstiodAnswer]) -> KnownProxies:
    """Read what istiods said about their proxies.

    A proxy that has gone from one istiod to another counts where it was last sent something.
    Raises ``ClusterError`` when no istiod said anything useful.
    """
    found: dict[tuple[str, str], ProxySync] = {}
    given, silent = 0, []
    for answer in answers:
        try:
            proxies = _read(answer)
        except ClusterError as error:
            silent.append(answer._replace(error=str(error)))
            continue
        given += 1
        for proxy in proxies:
            key = (proxy.cluster, proxy.name)
            found[key] = _newest(found[key], proxy) if key in found else proxy
    if not given:
        raise ClusterError(f"no istiod says which proxies it has: {_reasons(silent)}")
    return KnownProxies(
        sorted(found.values(), key=lambda proxy: (proxy.name, proxy.cluster)), silent
    )


def _reasons(silent: Iterable[IstiodAnswer]) -> str:
    """Give each reason once, with those that it holds for."""
    found: dict[str, list[str]] = {}
    for answer in silent:
        found.setdefault(answer.error, []).append(answer.istiod)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in found.items())


def type_names(proxies: Iterable[ProxySync]) -> list[str]:
    """Name every type that any of the proxies asks for, the usual ones first."""
    return sorted({name for proxy in proxies for name in proxy.types}, key=_rank)


def _rank(name: str) -> tuple[int, str]:
    return _RANKS.get(name, len(_RANKS)), name


def _read(answer: IstiodAnswer) -> list[ProxySync]:
    if answer.error:
        raise ClusterError(answer.error)
    entries = read_json(answer.body)
    if entries is None:  # how Go writes an empty list
        return []
    if not isinstance(entries, list):
        raise ClusterError("it answers with something else than a list of proxies")
    return [
        _proxy(entry, answer) for entry in entries if isinstance(entry, dict) and entry.get("proxy")
    ]


def _proxy(entry: dict[str, Any], answer: IstiodAnswer) -> ProxySync:
    resources = entry.get("resources")
    states = _states(resources) if isinstance(resources, dict) else _old_states(entry)
    types: dict[str, TypeStatus] = {}
    for name, state in states:
        if name not in types or _SEVERITY[state.status] < _SEVERITY[types[name].status]:
            types[name] = state
    return ProxySync(
        str(entry["proxy"]), _text(entry, "cluster_id"), answer.istiod, answer.revision,
        _text(entry, "istio_version"), answer.version, _text(entry, "proxy_type"),
        {name: types[name] for name in sorted(types, key=_rank)},
    )  # fmt: skip


def _states(resources: dict[str, Any]) -> Iterator[tuple[str, TypeStatus]]:
    for url, given in resources.items():
        entry = given if isinstance(given, dict) else {}
        name = SHORT_NAMES.get(url.removeprefix(_PREFIX), url)
        sent, acked = _text(entry, "sent"), _text(entry, "acked")
        since = _time(_text(entry, "sentTime")) or _push_time(sent)
        yield name, _state(sent, acked, since, _text(entry, "lastError").strip())


def _old_states(entry: dict[str, Any]) -> Iterator[tuple[str, TypeStatus]]:
    """Read the nonces alone: of what was never sent, any Envoy asks for upstreams and listeners."""
    for key, name in _OLD_NAMES.items():
        sent, acked = _text(entry, f"{key}_sent"), _text(entry, f"{key}_acked")
        if sent or name in _ALWAYS_WANTED:
            yield name, _state(sent, acked, _push_time(sent), "")


def _state(sent: str, acked: str, since: datetime | None, error: str) -> TypeStatus:
    if error:
        return TypeStatus(Status.ERROR, since, error)
    if not sent:
        return TypeStatus(Status.NOT_SENT)
    if sent == acked:
        return TypeStatus(Status.SYNCED, since)
    if since is not None and abs(datetime.now(UTC) - since) < _ON_ITS_WAY:
        return TypeStatus(Status.SYNCED, since, _JUST_SENT)
    return TypeStatus(Status.STALE, since, "" if acked else _NEVER_ACKED)


def _newest(first: ProxySync, second: ProxySync) -> ProxySync:
    newer, older = sorted((first, second), key=_last_sent, reverse=True)
    others = {*newer.also_on, *older.also_on, older.istiod} - {newer.istiod}
    return replace(newer, also_on=tuple(sorted(others)))


def _last_sent(proxy: ProxySync) -> datetime:
    since = (status.since for status in proxy.types.values() if status.since)
    return max(since, default=datetime.min.replace(tzinfo=UTC))


def _push_time(nonce: str) -> datetime | None:
    """Read the time of a push, which its version and so every nonce begins with."""
    match = _PUSH_TIME.match(nonce)
    return _time(match[0]) if match else None


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.year == 1:  # how Go writes no time
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
