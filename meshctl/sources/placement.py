"""Says how a file comes into a cluster: its namespace, what is applied with it, what changes it."""

from typing import NamedTuple

ANY_VARIABLE = frozenset({"*"})
"""Stands for every variable, where somebody else's object lists them."""


class Target(NamedTuple):
    """Objects that somebody changes before they are applied; an empty text is any."""

    kind: str = ""
    name: str = ""

    def covers(self, kind: str, name: str) -> bool:
        """Is this one of the objects?"""
        return self.kind in {"", kind} and self.name in {"", name}


class Placement(NamedTuple):
    """How a file is applied, as the files beside it tell.

    ``namespace`` is that of objects that name none, or (``overrides``) of all. ``unit`` is the
    directory that is applied together with it, empty where that isn't known. ``changes`` are the
    objects that ``changed_by`` (a kustomization's directory) changes first. ``variables`` are the
    names that Flux replaces in it, as in ``${name}``. ``cluster`` is the one it is applied in,
    empty where the input has only one, and for what is applied in all of them.
    """

    namespace: str = ""
    overrides: bool = False
    unit: str = ""
    changes: tuple[Target, ...] = ()
    changed_by: str = ""
    variables: frozenset[str] = frozenset()
    cluster: str = ""

    def is_changed(self, kind: str, name: str) -> bool:
        """Is an object of this file changed before it is applied?"""
        return any(target.covers(kind, name) for target in self.changes)

    def replaces(self, variable: str) -> bool:
        """Is a variable replaced before this file is applied?"""
        return variable in self.variables or self.variables >= ANY_VARIABLE


UNKNOWN = Placement()
"""A file of which nothing is known but its text."""


class Gap(NamedTuple):
    """Something that stands in the input, but whose objects don't, since it wasn't rendered.

    ``kind`` groups gaps of one cause; ``place`` names this one. ``namespaces`` are those its
    objects go to; empty where they may go anywhere.
    """

    kind: str
    place: str
    namespaces: frozenset[str] = frozenset()


HELM_HINT = "install helm (https://helm.sh) to have charts rendered"
KUSTOMIZE_HINT = "install kustomize or kubectl to have kustomizations rendered"
