"""Says whether the input has all objects of a kind in a namespace, so that a missing one is absent.

What files show is always a part: an object that is there says nothing about its neighbours. The
answer is yes where somebody said that the input is the whole mesh, where a cluster was read, and
where the namespace stands in the input: its Namespace with an object of the kind, or several of
those, and nothing outside of the input fills it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshctl.mesh.core.knowledge import POD_MAKERS
from meshctl.resources import Service, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.words import plural_of

if TYPE_CHECKING:
    from meshctl.mesh.core.inventory import Inventory

POD = "Pod"
"""Asks for whatever makes pods."""

_APART = "Secret"
"""The kind that repositories keep elsewhere, though they have all else."""

_SEVERAL = 2
"""So many objects of a kind show a namespace, where its Namespace isn't in the input: one may be an
addition to what stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Does the input know that? ``reason`` says what it may lack and how to settle it."""

    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


YES = Answer()


class KnownObjects:
    """Answers for each kind and namespace."""

    def __init__(self, inventory: "Inventory") -> None:
        self._inventory = inventory
        self._answers: dict[tuple[str, str], Answer] = {}

    def all_of(self, kind: str, namespace: str | None) -> Answer:
        """Has the input all objects of a kind in a namespace, or (``None``) everywhere?

        Of kind Pod: all that makes pods.
        """
        if namespace is None:
            return self.everywhere(kind)
        key = kind, namespace
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._find(kind, namespace)
        return answer

    def may_be_all(self, kind: str, namespace: str) -> Answer:
        """May those that are there be all, since nothing outside of the input fills the namespace?

        That is enough where what is there is complete in itself, as pods with their Service are.
        """
        is_partial = not self._inventory.knowledge.may_show_all_of(namespace, *_kinds(kind))
        return self.all_of(kind, namespace) if is_partial else YES

    def everywhere(self, kind: str) -> Answer:
        """Has the input all objects of a kind, in all namespaces?"""
        if self._inventory.has_all(*_kinds(kind)) and not self._are_kept_apart(kind):
            return YES
        if self._inventory.may_lack(*_kinds(kind)):
            return Answer(f"the cluster doesn't show all {_plural(kind)}; {_RIGHT}")
        return Answer(f"the input may lack {_plural(kind)}; {_WHOLE}")

    def mesh_config(self) -> Answer:
        """Has the input the mesh config, and this one alone?"""
        config = self._inventory.config
        if config.doubt:
            return Answer(f"{config.doubt}; --mesh-config FILE says which one counts")
        if config.is_known or self._inventory.is_whole:
            return YES
        return Answer("the mesh config is not in the input; --mesh-config FILE names it")

    @cached_property
    def shown(self) -> frozenset[tuple[str, str, bool]]:
        """Kinds with the namespaces that the input shows some of, and whether those are several.

        While that is the same, so is every answer, whatever else changes in the namespaces. Where the
        input is all there is, the namespaces count alone, and whether there are Secrets at all.
        """
        if self._inventory.is_whole:
            homes = {("", resource.namespace, False) for resource in self._inventory.resources}
            return frozenset(
                homes if self._are_kept_apart(_APART) else homes | {(_APART, "", False)}
            )
        return frozenset(
            (kind, namespace, number >= _SEVERAL)
            for (kind, namespace), number in self._numbers.items()
            if number > 0
        )

    def _find(self, kind: str, namespace: str) -> Answer:
        inventory, knowledge = self._inventory, self._inventory.knowledge
        kinds = _kinds(kind)
        what = f"{_plural(kind)} of namespace {namespace}"
        if knowledge.hides(namespace, *kinds):
            return Answer(f"the cluster doesn't show all {what}; {_RIGHT}")
        if self._are_kept_apart(kind):
            return Answer(f"the input has no {_plural(kind)} at all; --cluster reads them")
        if inventory.is_whole or any(knowledge.was_read(namespace, one) for one in kinds):
            return YES
        enough = 1 if namespace in inventory.declared_namespaces else _SEVERAL
        if knowledge.may_show_all_of(namespace, *kinds) and (
            self._numbers[kind, namespace] >= enough
        ):
            return YES
        return Answer(f"the input may lack {what}; {_WHOLE}")

    def _are_kept_apart(self, kind: str) -> bool:
        """Has the input none of what repositories keep elsewhere, though they have all else?"""
        return kind == _APART and self._lacks_secrets

    @cached_property
    def _lacks_secrets(self) -> bool:
        return all(resource.kind != _APART for resource in self._inventory.resources)

    @cached_property
    def _numbers(self) -> Counter[tuple[str, str]]:
        """The objects that speak for each kind and namespace.

        Of Services whose Namespace isn't in the input it is those that have pods in it.
        """
        inventory = self._inventory
        found = Counter((resource.kind, resource.namespace) for resource in inventory.resources)
        is_remote = inventory.knowledge.is_remote
        labels: dict[str, set[tuple[str, str]]] = {}
        for workload in inventory.of(Workload):
            labels.setdefault(workload.namespace, set()).update(workload.pod_labels.items())
            if not is_remote(workload) and workload.kind != POD:
                found[POD, workload.namespace] += 1
        for service in inventory.of(Service):
            home, selector = service.namespace, service.selector.items()
            if home not in inventory.declared_namespaces and not (
                selector and labels.get(home, set()) >= selector
            ):
                found["Service", home] -= 1
        return found


_RIGHT = "the right to list them settles it"
_WHOLE = "--whole-mesh says that it has all"


def _kinds(kind: str) -> tuple[str, ...]:
    return POD_MAKERS if kind == POD else (kind,)


def _plural(kind: str) -> str:
    return "workloads" if kind == POD else plural_of(kind)
