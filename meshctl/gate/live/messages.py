"""What the process that watches a cluster tells the one that holds the snapshot.

Objects are stripped before they are sent, so that the holder never has what it has no use for: keys
of Secrets, managed fields, statuses that no rule reads.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from meshctl.cluster.api import Changed, Current, ForbiddenError, Kind, Listed, Lost, WatchEvent
from meshctl.cluster.kinds import METADATA_ONLY
from meshctl.cluster.snapshot import counts, document_of, is_of_control_plane

KindName = tuple[str, str, str]
"""Group, kind, and the namespace where one alone is watched."""


class Expected(NamedTuple):
    """The kinds that will be listed; a snapshot is complete once all of them are in."""

    kinds: tuple[KindName, ...]


class Begun(NamedTuple):
    """A list of all objects of a kind begins."""

    kind: KindName


class Item(NamedTuple):
    """An object, in a list or by itself; ``version`` tells whether it is known already."""

    kind: KindName
    version: str
    file: str
    data: dict[str, Any]


class Gone(NamedTuple):
    """An object is there no more, or counts no more."""

    kind: KindName
    namespace: str
    name: str


class Ended(NamedTuple):
    """The list of a kind is complete: what wasn't in it is gone."""

    kind: KindName


class UpToDate(NamedTuple):
    """All changes of a kind up to now were told."""

    kind: KindName


class Unwatched(NamedTuple):
    """A kind can't be watched; ``is_hidden`` where the user may not."""

    kind: KindName
    reason: str
    is_hidden: bool


Message = Expected | Begun | Item | Gone | Ended | UpToDate | Unwatched
_MESSAGES = {one.__name__: one for one in (Expected, Begun, Item, Gone, Ended, UpToDate, Unwatched)}


def messages_of(event: WatchEvent, cluster: str, scope: str = "") -> Iterator[Message]:
    """Write an event of a watch as messages."""
    kind = event.kind.group, event.kind.kind, scope
    match event:
        case Listed():
            yield Begun(kind)
            for one in event.objects:
                yield from _told(kind, event.kind, one, cluster)
            yield Ended(kind)
        case Changed(is_deleted=True):
            yield _gone(kind, event.object)
        case Changed():
            told: list[Message] = [*_told(kind, event.kind, event.object, cluster)]
            yield from told or [_gone(kind, event.object)]
        case Current():
            yield UpToDate(kind)
        case Lost():
            yield Unwatched(kind, str(event.error), isinstance(event.error, ForbiddenError))


def plain(message: Message) -> tuple[Any, ...]:
    """Write a message as plain data, for a pipe."""
    return type(message).__name__, *message


def read(data: tuple[Any, ...]) -> Message:
    """Read what ``plain`` has written."""
    name, *fields = data
    found: Message = _MESSAGES[name](*fields)
    return found


def _told(name: KindName, kind: Kind, given: dict[str, Any], cluster: str) -> Iterator[Item]:
    """Tell an object, unless it counts no more, as a pod that has ended."""
    meta = given.get("metadata")
    if not isinstance(meta, dict) or not meta.get("name"):
        return
    data = {**given, "apiVersion": kind.api_version, "kind": kind.kind}
    if kind.kind in METADATA_ONLY:
        data = {key: data[key] for key in ("apiVersion", "kind", "metadata")}
    if counts(data) and (kind.kind != "ConfigMap" or is_of_control_plane(data)):
        document = document_of(cluster, data)
        yield Item(name, str(meta.get("resourceVersion") or ""), document.file, document.data)


def _gone(name: KindName, given: dict[str, Any]) -> Gone:
    meta = given.get("metadata") or {}
    return Gone(name, str(meta.get("namespace") or ""), str(meta.get("name") or ""))
