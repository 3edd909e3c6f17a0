"""Says of which namespaces the input may show only a part, so that what is missing isn't absent."""

from typing import NamedTuple


class Knowledge(NamedTuple):
    """What the input is known to lack.

    ``partial`` are namespaces that something outside the input fills, too: a chart that wasn't
    rendered, the installation of Istio. ``everywhere`` says that this may be any namespace.
    """

    partial: frozenset[str] = frozenset()
    everywhere: bool = False

    def may_show_all_of(self, namespace: str) -> bool:
        """May all objects of a namespace be in the input, if some of them are?"""
        return not self.everywhere and namespace not in self.partial


NOTHING_LACKS = Knowledge()
"""Nothing is known to be elsewhere."""
