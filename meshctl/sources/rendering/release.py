"""A chart with the values of one installation."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Document

SECRET_VARIABLE = "SECRET"  # noqa: S105 - a name
"""What stands in ``${…}`` for a text of a Secret."""


@dataclass(frozen=True, slots=True)
class InlineValues:
    """Values that stand in an object of Argo CD or Flux, at a path of its document."""

    document: Document
    path: tuple[str | int, ...]
    data: Any = field(hash=False)
    is_secret: bool = False
    """Do variables stand for its texts, since nobody should see them?"""


class Release(NamedTuple):
    """What ``helm template`` is asked for; ``shown`` is how people name the chart's directory.

    ``values`` are files in the order of ``--values``, the last one wins; the ``inline`` values come
    after them, in their order; ``sets`` are texts of ``--set``. ``owner`` names the object that
    installs it, ``missing`` the sources of its values that the input hasn't got. ``is_found`` says
    that nothing tells how it is installed: the chart was found in a directory.
    """

    chart: Path
    shown: str
    name: str
    namespace: str = ""
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    inline: tuple[InlineValues, ...] = ()
    owner: str = ""
    missing: tuple[str, ...] = ()
    is_found: bool = False

    @property
    def is_guessed(self) -> bool:
        """Is it made of the values that the chart comes with, and does nothing say that this is all?"""
        return self.is_found and not (self.values or self.sets)

    @property
    def title(self) -> str:
        """How messages name it: the directory, and what makes it differ from others."""
        if self.owner:
            return f"{self.shown} of {self.owner}"
        return f"{self.shown} with {', '.join(self.values)}" if self.values else self.shown
