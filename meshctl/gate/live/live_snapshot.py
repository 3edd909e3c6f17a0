"""Follows messages about a cluster: a snapshot that is always what the cluster was a moment ago."""

from collections.abc import Mapping, Sequence

from meshctl.gate.live.messages import (
    Begun,
    Ended,
    Expected,
    Gone,
    Item,
    KindName,
    Message,
    Unwatched,
    UpToDate,
)
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.resources import make_resource
from meshctl.sources.live_object import ObjectDocument


class LiveSnapshot:
    """A snapshot, with what is known about how complete and how fresh it is."""

    def __init__(self) -> None:
        self.snapshot = Snapshot()
        self._versions: dict[Identity, str] = {}
        self._by_kind: dict[KindName, set[Identity]] = {}
        self._listing: dict[KindName, set[Identity]] = {}
        self._pending: set[KindName] | None = None
        self._hidden: dict[KindName, str] = {}
        self._lost: dict[KindName, str] = {}

    @property
    def hidden(self) -> Mapping[KindName, str]:
        """The kinds that may not be read, with the reason."""
        return self._hidden

    @property
    def reason_to_wait(self) -> str:
        """Why the snapshot isn't complete yet; empty once it is, whatever happens later."""
        if self._pending is None:
            return "the cluster isn't reached yet"
        if not self._pending:
            return ""
        for kind in sorted(self._pending):
            if kind in self._lost:
                return f"{kind[1]} can't be listed: {self._lost[kind]}"
        return f"{len(self._pending)} kinds are not listed yet"

    def apply(self, message: Message) -> None:
        """Take a message in."""
        match message:
            case Expected():
                self._expect(frozenset(map(_name, message.kinds)))
            case Begun():
                self._listing[_name(message.kind)] = set()
            case Item():
                self._put(message)
            case Gone():
                self._forget(_name(message.kind), message)
            case Ended():
                self._end(_name(message.kind))
            case UpToDate():
                self._lost.pop(_name(message.kind), None)
            case Unwatched():
                self._miss(_name(message.kind), message)

    def _expect(self, kinds: frozenset[KindName]) -> None:
        known = set(self._by_kind)
        for kind in known - kinds:  # no longer served
            for identity in self._by_kind.pop(kind):
                self._remove(identity)
        self._hidden = {kind: why for kind, why in self._hidden.items() if kind in kinds}
        self._pending = set(kinds - known)

    def _put(self, item: Item) -> None:
        kind = _name(item.kind)
        resource = make_resource(ObjectDocument(item.file, item.data), item.data, (), "default")
        identity = Identity.of(resource)
        if kind in self._listing:
            self._listing[kind].add(identity)
        if not item.version or self._versions.get(identity) != item.version:
            self.snapshot.put(resource)
            self._versions[identity] = item.version
        self._by_kind.setdefault(kind, set()).add(identity)

    def _forget(self, kind: KindName, gone: Gone) -> None:
        identity = Identity(kind[0], kind[1], gone.namespace, gone.name)
        self._by_kind.get(kind, set()).discard(identity)
        self._listing.get(kind, set()).discard(identity)
        self._remove(identity)

    def _remove(self, identity: Identity) -> None:
        self.snapshot.remove(identity)
        self._versions.pop(identity, None)

    def _end(self, kind: KindName) -> None:
        listed = self._listing.pop(kind, set())
        for identity in self._by_kind.get(kind, set()) - listed:
            self._remove(identity)
        self._by_kind[kind] = listed
        self._hidden.pop(kind, None)
        self._lost.pop(kind, None)
        self._arrived(kind)

    def _miss(self, kind: KindName, message: Unwatched) -> None:
        """A kind that may not be read is unknown, and nothing waits for it."""
        self._listing.pop(kind, None)
        self._lost[kind] = message.reason
        if message.is_hidden:
            for identity in self._by_kind.pop(kind, ()):
                self._remove(identity)
            self._hidden[kind] = message.reason
            self._arrived(kind)

    def _arrived(self, kind: KindName) -> None:
        if self._pending is not None:
            self._pending.discard(kind)


def _name(kind: Sequence[str]) -> KindName:
    """Read a name that has come as a list."""
    group, name, scope = kind
    return group, name, scope
