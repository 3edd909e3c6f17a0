"""Writes the state of proxies for people: as a table, as one line, and why it is so."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from meshctl.inspect.proxies.sync import IGNORED, ProxySync, Skew, Status, TypeStatus, type_names
from meshctl.output.proxies.ages import age

Row = tuple[object, ...]
_NAMED = 3
_REASON_WIDTH = 80
_GENERATED = re.compile(r"(-[bcdf-hj-np-tv-xz0-9a-f]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}$")
_BAD = (Status.ERROR, Status.STALE)


def table(proxies: Sequence[ProxySync], now: datetime) -> tuple[tuple[str, ...], list[Row]]:
    """Give the columns and one row a proxy, with the types it asks for and its worst state."""
    columns = ("name", "cluster", "istiod", "version", "subscribed types", "status")
    return columns, [
        (
            proxy.name,
            proxy.cluster,
            proxy.istiod,
            proxy.version,
            _subscribed(proxy),
            _status(proxy, now),
        )
        for proxy in proxies
    ]


def wide_table(proxies: Sequence[ProxySync], now: datetime) -> tuple[tuple[str, ...], list[Row]]:
    """Give the columns and one row a proxy, with a column for each type."""
    names = type_names(proxies)
    columns = ("name", "cluster", "type", *names, "istiod", "revision", "version", "skew")
    return columns, [
        (
            proxy.name, proxy.cluster, proxy.kind,
            *(_cell(proxy.types.get(name, IGNORED), now) for name in names),
            proxy.istiod, proxy.revision, proxy.version, _skew(proxy),
        )
        for proxy in proxies
    ]  # fmt: skip


def reasons(proxies: Iterable[ProxySync]) -> Iterator[str]:
    """Walk what is known in full about types out of sync, and of proxies that moved."""
    for proxy in proxies:
        for name, state in proxy.types.items():
            if state.reason:
                verb = "refuses" if state.status is Status.ERROR else "has not confirmed"
                yield f"{proxy.name} {verb} {name}: {state.reason}"
        if proxy.also_on:
            yield f"{proxy.name} was connected to {', '.join(proxy.also_on)} too"


def summary(proxies: Sequence[ProxySync]) -> str:
    """Count the states in one line, and name whoever is out of sync."""
    states = Counter(proxy.worst for proxy in proxies)
    parts = [f"{states[Status.SYNCED]} synced"]
    stale = [proxy for proxy in proxies if proxy.worst is Status.STALE]
    if stale:
        parts.append(f"{len(stale)} stale ({_names(stale)})")
    parts += _rejections([proxy for proxy in proxies if proxy.worst is Status.ERROR])
    if states[Status.NOT_SENT]:
        waiting = [proxy for proxy in proxies if proxy.worst is Status.NOT_SENT]
        parts.append(f"{len(waiting)} not sent anything ({_names(waiting)})")
    skewed = [proxy for proxy in proxies if proxy.skew is Skew.MINOR]
    if skewed:
        versions = sorted(
            {f"{proxy_sync.version} under {proxy_sync.istiod_version}" for proxy_sync in skewed}
        )
        shown = ", ".join(versions[:_NAMED])
        parts.append(f"{len(skewed)} of another version than istiod ({_names(skewed)}: {shown})")
    noun = "proxy" if len(proxies) == 1 else "proxies"
    return f"{len(proxies)} {noun}: {', '.join(parts)}"


def workload(proxy: ProxySync) -> str:
    """Name the workload of a pod, as far as the pod's name tells it."""
    return _GENERATED.sub("", proxy.pod)


def _rejections(proxies: list[ProxySync]) -> Iterator[str]:
    """Group those that refuse the same types for the same reason, the largest groups first."""
    groups: dict[tuple[str, str], list[ProxySync]] = {}
    for proxy in proxies:
        bad = proxy.having(Status.ERROR)
        groups.setdefault((",".join(bad), proxy.types[bad[0]].reason), []).append(proxy)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    for (types, reason), members in ordered[:_NAMED]:
        yield f"{len(members)} rejected {types} ({_names(members)}: {_short(reason)})"
    rest = sum(len(members) for _, members in ordered[_NAMED:])
    if rest:
        yield f"{rest} rejected for other reasons"


def _names(proxies: Iterable[ProxySync]) -> str:
    names = list(dict.fromkeys(map(workload, proxies)))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= _REASON_WIDTH else f"{line[: _REASON_WIDTH - 3]}..."


def _subscribed(proxy: ProxySync) -> str:
    names = ",".join(proxy.types)
    return f"{len(proxy.types)} ({names})" if names else "0"


def _status(proxy: ProxySync, now: datetime) -> str:
    """Say the worst first; what is merely not sent, or of another version, stands behind it."""
    bad = [
        f"{status.value} {','.join(names)}{_age(proxy.oldest(status), now)}"
        for status in _BAD
        for names in [proxy.having(status)]
        if names
    ]
    parts = bad or [proxy.worst.value]
    unsent = proxy.having(Status.NOT_SENT)
    if unsent and proxy.worst is not Status.NOT_SENT:
        parts.append(f"{Status.NOT_SENT.value} {','.join(unsent)}")
    if proxy.skew is Skew.MINOR:
        parts.append(f"istiod is {proxy.istiod_version}")
    return ", ".join(parts)


def _cell(state: TypeStatus, now: datetime) -> str:
    return f"{state.status.value}{_age(state.since, now)}"


def _age(since: datetime | None, now: datetime) -> str:
    return f" ({age((now - since).total_seconds())})" if since else ""


def _skew(proxy: ProxySync) -> str:
    if proxy.skew in {Skew.MINOR, Skew.PATCH}:
        return f"{proxy.skew.value}: istiod is {proxy.istiod_version}"
    return proxy.skew.value
