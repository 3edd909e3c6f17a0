"""Models a part of a mesh, and asks the rules about some objects of it until time is up."""

from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import NamedTuple
from weakref import WeakKeyDictionary

from meshctl.engine.deduplicate import counts, without_consequences
from meshctl.engine.needs import TEAMS
from meshctl.engine.registry import chosen, load_all
from meshctl.engine.runner import ask_of
from meshctl.engine.surroundings import mesh_config_of
from meshctl.gate.snapshot import Snapshot
from meshctl.mesh import Mesh
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.mesh.core.mesh_config import MeshConfig, find_mesh_config
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Rule
from meshctl.settings import Settings
from meshctl.validation.faults import ACCEPTED, Verdict
from meshctl.validation.schemas import Schemas
from meshctl.validation.verdict import Judge

ASKED_OF_EVERYTHING = frozenset({
    "namespace/sidecars-know-whole-mesh",  # counts all hosts, and all namespaces without a Sidecar
    "workload/unrestricted-key-downloads",  # counts the RequestAuthentications of all namespaces
})  # fmt: skip
"""Rules about the mesh as a whole, which the audit alone asks."""

_ANYTHING_MAY_LACK = Knowledge(everywhere=True)
Found = tuple[Rule, Finding]


class OutOfTimeError(Exception):
    """The rules took longer than a review may."""


class Asked(NamedTuple):
    """What the rules said, and whether one of them crashed."""

    findings: list[Found]
    has_crashed: bool


class PartialMesh:
    """Makes meshes of parts of a snapshot."""

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        self.snapshot = snapshot
        self.unread: frozenset[str] = frozenset()
        """Kinds that the cluster doesn't show."""
        self._settings = settings
        self._given = mesh_config_of(settings)
        self._judge = Judge(Schemas(()), alone=False)
        self._verdicts: WeakKeyDictionary[Resource, Verdict] = WeakKeyDictionary()
        self._known: tuple[tuple[Resource, ...], MeshConfig] | None = None
        rules = chosen(load_all(), settings)
        self.rules = [
            rule
            for rule in rules
            if rule.id not in ASKED_OF_EVERYTHING
            if settings.ownership.teams or rule.needs != (TEAMS,)
        ]
        self._by_view: dict[tuple[type[Resource], bool], dict[str, Rule]] = {}

    @property
    def config(self) -> MeshConfig:
        """The mesh config of the snapshot, or the one that the settings name."""
        if self._given is not None:
            return self._given
        homes = (self.snapshot.of_kind(kind) for kind in ("ConfigMap", "IstioOperator"))
        sources = tuple(one for found in homes for one in found if one.name.startswith("istio"))
        if self._known is None or self._known[0] != sources:
            self._known = sources, find_mesh_config(sources)
        return self._known[1]

    def whole(self, resources: Sequence[Resource]) -> Mesh:
        """Make a mesh in which what is missing is absent."""
        return self._mesh(resources, NOTHING_LACKS, is_whole=True)

    def with_gaps(self, resources: Sequence[Resource]) -> Mesh:
        """Make a mesh in which anything may be missing, so that nothing is absent."""
        return self._mesh(resources, _ANYTHING_MAY_LACK, is_whole=False)

    def _mesh(self, resources: Sequence[Resource], lacks: Knowledge, *, is_whole: bool) -> Mesh:
        return Mesh(
            resources, self.config, is_whole=is_whole, judge=self._verdict,
            ownership=self._settings.ownership, unread=self.unread, knowledge=lacks,
        )  # fmt: skip

    def ask(
        self, mesh: Mesh, about: Iterable[Resource | None], deadline: float,
        only: frozenset[str] | None = None,
    ) -> Asked:  # fmt: skip
        """Ask the rules, or those with an id in ``only``, about some objects of a mesh.

        Of the first object everything is asked, if there is one; what others are by themselves
        stays as it is.
        Raises OutOfTimeError once the clock (``time.monotonic``) has passed the deadline.
        """
        found: list[Found] = []
        has_crashed = False
        for number, resource in enumerate(about):
            if resource is None:
                continue
            if monotonic() > deadline:
                raise OutOfTimeError
            rules = self._about(type(resource), is_changed=not number)
            names = rules if only is None else sorted(only & rules.keys())
            outcomes = ask_of((rules[name] for name in names), resource, mesh)
            found += outcomes.findings
            has_crashed |= bool(outcomes.crashes)
        kept = without_consequences(found)
        return Asked([one for one in kept if counts(*one, alone=False)], has_crashed)

    def _about(self, view: type[Resource], *, is_changed: bool) -> Mapping[str, Rule]:
        key = view, is_changed
        if key not in self._by_view:
            self._by_view[key] = {
                rule.id: rule
                for rule in self.rules
                if rule.on is not None and issubclass(view, rule.on)
                if is_changed or not rule.judges_alone
            }
        return self._by_view[key]

    def _verdict(self, resource: Resource) -> Verdict:
        if "." not in resource.group:
            return ACCEPTED  # the API server knows the kinds of Kubernetes itself
        verdict = self._verdicts.get(resource)
        if verdict is None:
            verdict = self._verdicts[resource] = self._judge(resource)
        return verdict
