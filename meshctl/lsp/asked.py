"""What a client asks about: a place in a text that is open, with the object that it is in."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.inspect.editor.cursor import Lines, document_at, field, spot_at
from meshctl.inspect.editor.links import declared_at, mentions_of, places_of
from meshctl.inspect.editor.mention import Mention, Owner, Spot
from meshctl.lsp.folder import Buffer, Folder
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource

_MOST_TARGETS = 3


class Opened(NamedTuple):
    """A document in the editor, its folder, and the name that it has in findings."""

    buffer: Buffer
    folder: Folder
    name: str

    @property
    def mesh(self) -> Mesh | None:
        """The mesh of the last analysis."""
        return self.folder.state.answer.mesh if self.folder.state is not None else None


class Asked(NamedTuple):
    """A word of a text, ``first`` the line of the file that its document begins on, from 0."""

    opened: Opened
    document: Lines
    spot: Spot
    mention: Mention

    @property
    def mesh(self) -> Mesh | None:
        """The mesh of the last analysis."""
        return self.opened.mesh

    @property
    def line(self) -> int:
        """The line of the word in its file, from 0."""
        return self.document.first + self.spot.line

    def places(self) -> list[Ref]:
        """Name the places that the word leads to."""
        return places_of(self.mention, self.mesh) if self.mesh is not None else []

    def referring(self) -> Iterator[Ref]:
        """Walk the places that lead where this word does, or to what it declares."""
        if self.mesh is None:
            return
        resource = self.resource
        declared = declared_at(self.mention, resource) if resource is not None else None
        targets = [declared] if declared is not None else self.places()[:_MOST_TARGETS]
        for target in targets:
            yield target
            yield from mentions_of(target, self.mesh)

    @property
    def resource(self) -> Resource | None:
        """The object that the word is in, as the last analysis had it."""
        return resource_of(self.mention.owner, self.opened)


def ask(opened: Opened, line: int, character: int) -> Asked | None:
    """Find the word at a place, both counted from 0; ``None`` where there is none."""
    document = document_at(opened.buffer.text, line)
    spot = spot_at(document, line - document.first, character)
    if spot is None:
        return None
    mention = Mention(owner_at(document, opened), spot.path, _text(spot), spot.beside, spot.around)
    return Asked(opened, document, spot, mention)


def owner_at(document: Lines, opened: Opened) -> Owner:
    """Name the object of a document that may be half written."""
    version = field(document, "apiVersion")
    group, slash, own = version.rpartition("/")
    named = field(document, "metadata", "namespace")
    owner = Owner(
        group if slash else "", own, field(document, "kind"), named,
        field(document, "metadata", "name"),
    )  # fmt: skip
    if named:
        return owner
    known = resource_of(owner, opened)
    return owner._replace(namespace=known.namespace if known is not None else "default")


def resource_of(owner: Owner, opened: Opened) -> Resource | None:
    """Find an object of a file in the mesh of the last analysis."""
    mesh = opened.mesh
    if mesh is None:
        return None
    for resource in mesh.named(Resource, owner.name):
        same = (resource.group, resource.kind) == (owner.group, owner.kind)
        if (
            same
            and resource.document.file == opened.name
            and owner.namespace in {"", resource.namespace}
        ):
            return resource
    return None


def _text(spot: Spot) -> str:
    """The word; of a key that somebody chose the value that it leads to."""
    return spot.beside.get(spot.text, "") if spot.is_key and not spot.is_open else spot.text
