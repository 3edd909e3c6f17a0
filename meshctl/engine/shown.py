"""Tells the findings that ``-n`` and ``-l`` ask for from the rest."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from meshctl.engine.label_query import label_query
from meshctl.engine.report import LocatedFinding
from meshctl.istio.kind_names import CLUSTER_SCOPED
from meshctl.resources import Resource
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.settings import Settings
from meshctl.words import quoted

_NAMED = 3
_Located = tuple[LocatedFinding, Resource | None]


def shown_filter(settings: Settings) -> Callable[[_Located], bool]:
    """Make a test of findings by the namespace and the labels of their object.

    A Namespace is in itself, other cluster-scoped objects are in none; an object whose namespace is
    unknown may be in any. UsageError for labels that can't be read.
    """
    namespaces = frozenset(settings.shown_namespaces)
    has_labels = label_query(settings.shown_labels)

    def is_shown(found: _Located) -> bool:
        resource = found[1]
        if resource is None:
            return True
        if namespaces and not _is_in(resource, namespaces):
            return False
        return not settings.shown_labels or has_labels(resource.labels)

    return is_shown


def absent_namespaces(settings: Settings, resources: Iterable[Resource]) -> Iterator[str]:
    """Say of each namespace of ``-n`` that nothing is in it, and which there are."""
    if not settings.shown_namespaces:
        return
    homes = {one.name if one.kind == "Namespace" else one.namespace for one in resources}
    is_sure = UNKNOWN_NAMESPACE not in homes
    known = sorted(homes - {"", UNKNOWN_NAMESPACE})
    for name in settings.shown_namespaces:
        if name not in homes and not is_sure:
            yield (
                f"no object in the input names namespace {quoted(name)}; those that name none may be "
                "in it, and --default-namespace says where they are"
            )
        elif name not in homes:
            near = get_close_matches(name, known, _NAMED) or known[:_NAMED]
            more = f" and {len(known) - len(near)} more" if len(known) > len(near) else ""
            others = f"; there are {', '.join(near)}{more}" if near else ""
            yield f"nothing in the input is in namespace {quoted(name)}{others}"


def _is_in(resource: Resource, namespaces: frozenset[str]) -> bool:
    if resource.kind == "Namespace":
        return resource.name in namespaces
    if resource.kind in CLUSTER_SCOPED:
        return False
    return not resource.namespace or resource.namespace in namespaces
