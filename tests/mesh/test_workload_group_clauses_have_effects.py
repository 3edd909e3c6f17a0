"""A clause of a WorkloadGroup that is called dead changes no endpoint, and one that nothing is said of changes some.

What is asked is which endpoints clients have once a machine has joined by the group: of the WorkloadEntry that istiod
then makes (workloadEntryFromGroup, pilot/pkg/autoregistration/controller.go, Istio 1.31).
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind, read
from hypothesis import given, settings, strategies
from test_workload_entry_clauses_have_effects import GROUND, answers

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources.cached_property import cached_property

DEAD = {"workload-group/port-name-unused", "workload-group/selected-by-nothing"}
OF_ALL = {"workload-group/selected-by-nothing", "workload-group/port-not-named"}
"""What makes machines no endpoints at all."""
KIND = Kind(GROUND, answers, ("workload_group",))


def joined(group: Any) -> Any:
    """The WorkloadEntry of a machine that joins by a group."""
    spec = group["spec"]
    template = spec.get("template", {})
    labels = template.get("labels", {}) | spec.get("metadata", {}).get("labels", {})
    made = {**template, "address": "10.0.0.9", "labels": labels}
    metadata = {**group["metadata"], "name": "joined", "labels": labels}
    return {**group, "kind": "WorkloadEntry", "metadata": metadata, "spec": made}


class Group(Example):
    """A WorkloadGroup; the mesh is asked with a machine that has joined by it."""

    @cached_property
    def answers(self) -> Any:
        there = [read(joined(one)) for one in self.manifests if one]
        return self.kind.answers(Mesh([*self.kind.ground, *there], MeshConfig(), is_whole=True))

    def with_(self, clause: Clause, value: Any) -> "Group":
        return Group(self.kind, super().with_(clause, value).manifests)


@strategies.composite
def groups(draw: Any) -> Group:
    apps = strategies.sampled_from(["machine", "old", "named", "nobody", None])
    template: dict[str, Any] = {}
    names = strategies.sampled_from(["http", "tcp-raw", "web", "gone"])
    ports = draw(strategies.dictionaries(names, strategies.sampled_from([8081, 8082]), max_size=2))
    template |= {"ports": ports} if ports else {}
    template |= {"serviceAccount": "api"} if draw(strategies.booleans()) else {}
    label, own = draw(apps), draw(apps)
    template |= {"labels": {"app": label}} if label else {}
    spec: dict[str, Any] = {"template": template}
    spec |= {"metadata": {"labels": {"app": own}}} if own else {}
    home = draw(strategies.sampled_from(["shop", "shop", "stock"]))
    metadata, group = {"name": "g", "namespace": home}, "networking.istio.io/v1"
    kind = {"apiVersion": group, "kind": "WorkloadGroup", "metadata": metadata, "spec": spec}
    return Group(KIND, [kind])


def clauses(one: Group) -> Iterator[Clause]:
    """The labels of the metadata, or else of the template, the ports, and the identity."""
    spec = one.manifests[0]["spec"]
    template = Clause(0, ("spec", "template"))
    if "metadata" in spec:
        yield Clause(0, ("spec", "metadata"))
    elif "labels" in spec["template"]:
        yield template.below("labels")
    yield from (template.below("ports", name) for name in spec["template"].get("ports", {}))
    if "serviceAccount" in spec["template"]:
        yield template.below("serviceAccount")


@settings(max_examples=150)
@given(groups())
def test_a_clause_that_is_called_dead_changes_no_endpoint(one) -> None:
    for said in one.said:
        if said.rule in DEAD:
            whole = said.rule != "workload-group/port-name-unused"
            clause = Clause(0) if whole else said.clause
            assert one.answers == one.without(clause).answers


@settings(max_examples=150)
@given(groups())
def test_a_clause_that_nothing_is_said_of_changes_an_endpoint(one) -> None:
    """Not where nothing selects the machines yet, or the template has the same labels."""
    manifest = one.manifests[0]
    spec = manifest["spec"]
    labels = spec["template"].get("labels"), spec.get("metadata", {}).get("labels")
    is_for_others = not any(labels) or manifest["metadata"]["namespace"] == "stock"
    told = {said.rule for said in one.said} & OF_ALL
    for clause in () if told or is_for_others else clauses(one):
        is_same = clause.path[-1] == "metadata" and labels[0] == labels[1]
        assert one.is_complained_about(clause) or is_same or one.differs(clause)
