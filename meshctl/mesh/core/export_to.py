"""Reads exportTo: the namespaces that an object is visible to.

Mirrors pilot/pkg/model/push_context.go and pkg/config/visibility of Istio 1.31.
"""

from collections.abc import Sequence

PUBLIC = frozenset({"*"})


def visibility(
    export_to: Sequence[str], namespace: str, default: Sequence[str] = ("*",)
) -> frozenset[str]:
    """Read an ``exportTo``: a set of namespaces, ``{"*"}`` for all, empty for none (``~``).

    ``default`` is the mesh-wide setting that an empty ``exportTo`` falls back to.
    """
    written = tuple(export_to) or tuple(default) or ("*",)
    if "*" in written:
        return PUBLIC
    return frozenset(namespace if entry == "." else entry for entry in written if entry != "~")


def is_visible_to(visible: frozenset[str], namespace: str) -> bool:
    """Does this visibility include a namespace?"""
    return "*" in visible or namespace in visible
