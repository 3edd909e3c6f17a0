"""Attaches objects with a selector to workloads, by mesh, namespace and workload.

Where only one can count, istiod takes the oldest: convertToSidecarScope and its callers
(pilot/pkg/model/sidecar.go, push_context.go) and applicableTelemetries
(pilot/pkg/model/telemetry.go), Istio 1.31.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from meshctl.mesh.core.precedence import age, order_is_known
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Resource, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.words import plural_of, with_article

_SHOWN = 3
R = TypeVar("R", bound=Resource)


class PolicyAttachments(Generic[R]):
    """All objects of one kind, by the level they act on."""

    def __init__(
        self, objects: Iterable[R], selector_of: Callable[[R], Mapping[str, str] | None],
        workloads: Workloads,
    ) -> None:  # fmt: skip
        """``selector_of`` gives ``None`` for an object that attaches in another way."""
        self._selector_of = selector_of
        self._workloads = workloads
        self._wide: dict[str, list[R]] = {}
        self._narrow: list[R] = []
        self._by_age: IdentityCache[Sequence[Workload], list[Workload]] = IdentityCache(
            lambda picked: sorted(picked, key=age)
        )
        for resource in sorted(objects, key=age):
            selector = selector_of(resource)
            if selector:
                self._narrow.append(resource)
            elif selector is not None:
                self._wide.setdefault(resource.namespace, []).append(resource)

    def for_namespace(self, namespace: str) -> Sequence[R]:
        """Those for a whole namespace, the one that counts first."""
        return self._wide.get(namespace, ())

    def picked(self, resource: R) -> Sequence[Workload]:
        """The workloads of its own namespace that its selector picks."""
        return self._workloads.find(self._selector_of(resource) or {}, resource.namespace)

    def for_workload(self, workload: Workload) -> Sequence[R]:
        """Those whose selector picks a workload, the one that counts first."""
        index = self._selecting.get(workload.namespace)
        if index is None or workload not in self._workloads:
            return ()
        return index.find(workload.pod_labels)

    def rivals(self, resource: R) -> Iterator[tuple[Workload, Sequence[R]]]:
        """Walk the workloads that others pick too, with all that pick them."""
        if resource not in self._filed:
            return
        for workload in self._by_age.of(self.picked(resource)):
            same = self.for_workload(workload)
            if len(same) > 1:
                yield workload, same

    @cached_property
    def _filed(self) -> frozenset[R]:
        return frozenset(self._narrow)

    @cached_property
    def _selecting(self) -> dict[str, SelectorIndex[R]]:
        found: dict[str, SelectorIndex[R]] = {}
        for resource in self._narrow:
            selector = self._selector_of(resource) or {}
            found.setdefault(resource.namespace, SelectorIndex()).add(selector, resource)
        return found


def named(objects: Sequence[Resource], besides: Resource | None = None) -> str:
    """List the first few objects by name, without the one ``besides`` which they are, if any."""
    shown = objects[:_SHOWN] if besides is None else others(objects, besides)
    names = ", ".join(resource.key_name for resource in shown)
    count = len(objects) - (besides is not None)
    return names if count <= _SHOWN else f"{names} and {count - _SHOWN} more"


def being(objects: Sequence[Resource], besides: Resource | None = None) -> str:
    """Say of objects of one kind what they are: ``shop/a is a Sidecar``, ``a, b are Sidecars``."""
    kind, count = objects[0].kind, len(objects) - (besides is not None)
    is_what = f"is {with_article(kind)}" if count == 1 else f"are {plural_of(kind)}"
    return f"{named(objects, besides)} {is_what}"


def others(objects: Sequence[R], besides: R) -> Sequence[R]:
    """List the first few of objects beside one of them."""
    return [one for one in objects[: _SHOWN + 1] if one is not besides][:_SHOWN]


def winner_text(resource: Resource, same: Sequence[Resource]) -> str:
    """Phrase which of several objects counts, the first of them by age."""
    if not order_is_known(same):
        return "only the oldest counts, and files don't say which that is"
    if same[0] is resource:
        return f"this one is the oldest and counts; {same[1].key_name} is ignored"
    return f"{same[0].key_name} is older and counts; this one is ignored"


def surely_counts(resource: Resource, same: Sequence[Resource]) -> bool:
    """Is it the one of several objects that counts, the first of them by age, whatever files leave out?"""
    return same[0] is resource and order_is_known(same)
