"""Tells the findings that ``-n`` and ``-l`` ask for from the rest."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import chain

from meshctl.engine.label_query import label_query
from meshctl.engine.report import LocatedFinding
from meshctl.istio.kind_names import CLUSTER_SCOPED
from meshctl.resources import Resource, Workload
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
    fits = _labels_fit(settings)

    def is_shown(found: _Located) -> bool:
        resource = found[1]
        if resource is None:
            return True
        if namespaces and not _is_in(resource, namespaces):
            return False
        return fits(resource)

    return is_shown


def _labels_fit(settings: Settings) -> Callable[[Resource], bool]:
    """Make a test of objects by ``-l``: their own labels, or those of the pods that they make."""
    if not settings.shown_labels:
        return lambda _: True
    has_labels = label_query(settings.shown_labels)

    def fits(resource: Resource) -> bool:
        own = has_labels(resource.labels)
        return own or (isinstance(resource, Workload) and has_labels(resource.pod_labels))

    return fits


def shows_nothing(settings: Settings, *read: Iterable[Resource]) -> Iterator[str]:
    """Say of each namespace of ``-n`` that nothing is in it, and of ``-l`` that nothing has the labels."""
    if not (settings.shown_labels or settings.shown_namespaces):
        return
    resources = tuple(chain(*read))
    fits = _labels_fit(settings)
    if settings.shown_labels and not any(map(fits, resources)):
        yield f"no object in the input, and no pod of one, has labels that fit {quoted(settings.shown_labels)}"
    yield from _absent_namespaces(settings, resources)


def _absent_namespaces(settings: Settings, resources: Iterable[Resource]) -> Iterator[str]:
    homes = {
        resource.name if resource.kind == "Namespace" else resource.namespace
        for resource in resources
    }
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
