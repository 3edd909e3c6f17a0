"""Collects what becomes of objects: the new ones under names of their own, and notes."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from meshctl.migrate.kinds import Kind
from meshctl.migrate.results import Made, Note, Row, Status
from meshctl.resources import Ref, Resource
from meshctl.resources.placeholders import has_placeholder
from meshctl.resources.resource import UNKNOWN_NAMESPACE

_LABEL = 63
_SUBDOMAIN = 253
_HASH = 8


class Names:
    """The names that are taken, by kind and namespace, so that no new object hits another."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._taken = {
            (resource.group, resource.kind, resource.namespace, resource.name)
            for resource in resources
        }

    def free(self, kind: Kind, namespace: str, wanted: str) -> str:
        """Take a name: the wanted one as Kubernetes allows it, with a number where it is taken."""
        if has_placeholder(wanted, is_name=False):
            return wanted  # whatever stands there when it is applied
        name = object_name(wanted)
        number = 1
        while (kind.group, kind.name, namespace, name) in self._taken:
            number += 1
            name = object_name(f"{wanted}-{number}")
        self._taken.add((kind.group, kind.name, namespace, name))
        return name


def object_name(text: str, longest: int = _SUBDOMAIN) -> str:
    """Make a name that Kubernetes takes of any text; what is cut off stays told apart."""
    name = re.sub(r"[^a-z0-9.-]+", "-", text.lower()) if longest > _LABEL else _label(text)
    name = re.sub(r"\.[-.]+|(?<!-)-+\.", ".", name).strip("-.") or "unnamed"
    if len(name) > longest:
        digest = sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH]
        name = f"{name[: longest - _HASH - 1].rstrip('-.')}-{digest}"
    return name


def label_name(text: str) -> str:
    """Make a DNS label (a subset, a listener) of any text."""
    return object_name(text, _LABEL)


def _label(text: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", text.lower())


class Draft:
    """What becomes of one object, while it is found out."""

    def __init__(self, resource: Resource, names: Names) -> None:
        self.resource = resource
        self._names = names
        self._made: list[Made] = []
        self._notes: list[Note] = []
        self._after: Mapping[str, Any] | None = None

    @property
    def is_lost(self) -> bool:
        """Was something found that cannot be said today?"""
        return any(note.status is Status.IMPOSSIBLE for note in self._notes)

    def make(
        self, kind: Kind, name: str, spec: Mapping[str, Any], *,
        namespace: str | None = None, annotations: Mapping[str, str] | None = None,
    ) -> Made:  # fmt: skip
        """Add an object; without ``namespace`` it lives where the old object does."""
        home = self.resource.namespace if namespace is None else namespace
        taken = self._names.free(kind, home, name)
        return self.place(kind, taken, spec, namespace=home, annotations=annotations)

    def place(
        self, kind: Kind, name: str, spec: Mapping[str, Any], *,
        namespace: str, annotations: Mapping[str, str] | None = None,
    ) -> Made:  # fmt: skip
        """Add an object under a name that was taken for it before."""
        own = self.resource
        metadata: dict[str, Any] = {"name": name}
        is_named = namespace != own.namespace or bool(own.metadata.get("namespace"))
        if namespace != UNKNOWN_NAMESPACE and namespace and is_named:
            metadata["namespace"] = namespace
        if annotations:
            metadata["annotations"] = dict(annotations)
        made = Made({
            "apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata, "spec": spec,
        })  # fmt: skip
        self._made.append(made)
        return made

    def keep(self, after: Mapping[str, Any]) -> None:
        """Say that the object stays, as it is given here."""
        self._after = after

    def forget_differences(self) -> None:
        """Leave out the notes of what would have differed, had the object not to stay."""
        self._notes = [note for note in self._notes if note.status is Status.IMPOSSIBLE]

    @property
    def made(self) -> tuple[Made, ...]:
        """The new objects so far."""
        return tuple(self._made)

    def share(self, made: Iterable[Made]) -> None:
        """Say that objects which another draft made come of this object, too."""
        self._made += [draft for draft in made if draft not in self._made]

    def exact(self, message: str, ref: Ref | None = None) -> None:
        """Note something that means nothing today, or is said elsewhere."""
        self._note(Status.EXACT, message, ref, "")

    def near(self, message: str, ref: Ref | None = None, *, instead: str = "") -> None:
        """Note a difference."""
        self._note(Status.APPROXIMATE, message, ref, instead)

    def lost(self, message: str, ref: Ref | None = None, *, instead: str) -> None:
        """Note what cannot be said today, with what to do instead."""
        self._note(Status.IMPOSSIBLE, message, ref, instead)

    def _note(self, status: Status, message: str, ref: Ref | None, instead: str) -> None:
        note = Note(status, message, self.resource.at() if ref is None else ref, instead)
        if note not in self._notes:
            self._notes.append(note)

    def row(self) -> Row:
        """Say what became of it; an object that says nothing is noted, too."""
        if not (self._made or self._notes or self._after):
            self.lost(f"nothing in it could be read as a {self.resource.kind}",
                      instead="correct the object, or delete it")  # fmt: skip
        return Row(self.resource, tuple(self._made), tuple(self._notes), self._after)
