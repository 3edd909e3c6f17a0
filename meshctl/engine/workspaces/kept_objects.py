"""Keeps resources and verdicts from one analysis to the next, as long as their documents stay."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from meshctl.engine.objects import unwrap
from meshctl.resources import Resource
from meshctl.resources.cached_property import cached_property
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.live_object import ObjectDocument
from meshctl.sources.placement import Placement
from meshctl.validation.faults import ACCEPTED, Verdict
from meshctl.validation.schemas import Schema, Schemas
from meshctl.validation.verdict import Judge

if TYPE_CHECKING:
    from meshctl.engine.located.kept_places import KeptPlaces
    from meshctl.engine.workspaces.kept_outcomes import KeptOutcomes, Ties


class KeptObjects:
    """The objects of documents, each with what an API server says of it by itself.

    ``schemas`` win over those that ship; ``ties`` tell what objects have to do with each other. What the objects know of themselves they keep, too.
    """

    def __init__(
        self, settings: Settings, schemas: Iterable[Schema] = (), ties: "Ties | None" = None
    ) -> None:
        self._ties = ties
        self._judge = Judge(Schemas(schemas), alone=settings.alone)
        self._of: dict[Document, tuple[Placement, str, tuple[Resource, ...]]] = {}
        self._asked: set[Document] = set()
        self._verdicts: dict[Resource, Verdict] = {}

    @cached_property
    def outcomes(self) -> "KeptOutcomes":
        """What rules said of the objects."""
        from meshctl.engine.workspaces.kept_outcomes import (  # noqa: PLC0415 - editors alone ask again
            KeptOutcomes,
        )

        return KeptOutcomes(self._ties)

    @cached_property
    def places(self) -> "KeptPlaces":
        """Where that stands."""
        from meshctl.engine.located.kept_places import KeptPlaces  # noqa: PLC0415 - see above

        return KeptPlaces()

    def of(self, documents: Iterable[Document], namespace: str = "") -> tuple[Resource, ...]:
        """Make the resources of documents, as ``unwrap`` does; those of a known one stay."""
        found: list[Resource] = []
        for document in documents:
            known = self._of.get(document)
            if known is None or known[:2] != (document.placement, namespace):
                made = tuple(unwrap((document,), namespace))
                known = self._of[document] = document.placement, namespace, made
            self._asked.add(document)
            found += known[2]
        return tuple(found)

    def describes(self, resource: Resource) -> bool:
        """Is there a schema of its kind?"""
        return self._judge.describes(resource)

    def verdict(self, resource: Resource) -> Verdict:
        """What an API server says of one object; each is judged once."""
        verdict = self._verdicts.get(resource)
        if verdict is None:
            fine = _is_known_to_be_fine(resource)
            verdict = self._verdicts[resource] = ACCEPTED if fine else self._judge(resource)
        return verdict

    def forget_the_rest(self) -> None:
        """Drop what nobody asked for since the last time."""
        self._of = {document: self._of[document] for document in self._asked}
        self._asked = set()
        self.places.forget_the_rest()
        kept = {resource for *_, resources in self._of.values() for resource in resources}
        self._verdicts = {one: self._verdicts[one] for one in kept & self._verdicts.keys()}


def _is_known_to_be_fine(resource: Resource) -> bool:
    """Has an API server accepted it that knows its kind itself, and not from CRDs of any age?"""
    return isinstance(resource.document, ObjectDocument) and "." not in resource.group
