"""Collects the objects that an answer names, with the places where they are written."""

from typing import Any

from meshctl.engine.locations import identify
from meshctl.inspect.routes.gateway_routes import place
from meshctl.resources import Ref, Resource


class Shown:
    """Writes objects and places of an answer, and keeps the objects, each once."""

    def __init__(self) -> None:
        self._resources: dict[Resource, None] = {}

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The objects that were named so far."""
        return tuple(self._resources)

    def whole(self, resource: Resource) -> dict[str, Any]:
        """Write an object and where its name is written."""
        return self.at(resource.at("metadata", "name"))

    def at(self, ref: Ref) -> dict[str, Any]:
        """Write a place and the object that it is in."""
        self._resources.setdefault(ref.resource)
        return {**identify(ref.resource).form(), "location": place(ref)}

    def perhaps(self, ref: Ref | None) -> dict[str, Any] | None:
        """Write a place that there may be."""
        return self.at(ref) if ref is not None else None
