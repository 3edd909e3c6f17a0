"""Models a part of a mesh, and asks the rules about some objects of it until time is up."""

from collections.abc import Iterable, Mapping, Sequence
from time import process_time
from typing import NamedTuple
from weakref import WeakKeyDictionary

from meshctl.engine.deduplicate import counts, without_consequences
from meshctl.engine.needs import TEAMS, ObjectWords, Words, bits_of
from meshctl.engine.registry import chosen, load_all
from meshctl.engine.runner import Outcomes, ask
from meshctl.engine.surroundings import mesh_config_of
from meshctl.gate.snapshot import Snapshot
from meshctl.mesh import Mesh
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.mesh.core.mesh_config import MeshConfig, find_mesh_config
from meshctl.resources import Resource
from meshctl.rules.api import Check, Finding, Rule
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
_MOST_NEW = 500
"""Objects of changes, which the snapshot doesn't have yet, of which the words are kept."""
_MOST_KINDS = 2_000
"""Objects that differ in their words for which it is kept what to ask."""
Found = tuple[Rule, Finding]


class OutOfTimeError(Exception):
    """The rules took longer than a review may."""


class Asked(NamedTuple):
    """What the rules said, of how many-th objects, and whether one of them crashed."""

    findings: list[Found]
    places: frozenset[int]
    has_crashed: bool


_Rules = Mapping[str, tuple[Rule, Check]]
"""Rules by their ids, in the order in which they are asked."""


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
        self._asked: dict[tuple[type[Resource], bool, Words], _Rules] = {}
        self._words = ObjectWords()

    @property
    def config(self) -> MeshConfig:
        """The mesh config of the snapshot, or the one that the settings name."""
        if self._given is not None:
            return self._given
        homes = (self.snapshot.of_kind(kind) for kind in ("ConfigMap", "IstioOperator"))
        sources = tuple(
            resource for found in homes for resource in found if resource.name.startswith("istio")
        )
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
        Raises OutOfTimeError once the clock (``time.process_time``) has passed the deadline.
        """
        outcomes = Outcomes()
        places = set()
        for number, resource in enumerate(about):
            if resource is None:
                continue
            if process_time() > deadline:
                raise OutOfTimeError
            size = len(outcomes.findings)
            rules = self._rules(resource, is_changed=not number)
            for name, (rule, check) in rules.items():
                if only is None or name in only:
                    ask(rule, check, (resource,), mesh, outcomes)
            if len(outcomes.findings) > size:
                places.add(number)
        kept = without_consequences(outcomes.findings)
        found = [one for one in kept if counts(*one, alone=False)]
        return Asked(found, frozenset(places), bool(outcomes.crashes))

    def _rules(self, resource: Resource, *, is_changed: bool) -> _Rules:
        """List the rules for an object, but for those that need a word it hasn't."""
        words = self._words_in(resource)
        key = type(resource), is_changed, words
        known = self._asked.get(key)
        if known is None:
            if len(self._asked) >= _MOST_KINDS:
                self._asked.clear()
            known = self._asked[key] = {
                rule.id: (rule, rule.check)
                for rule in self.rules
                if rule.check is not None and rule.on is not None and isinstance(resource, rule.on)
                if is_changed or not rule.judges_alone or resource.kind in rule.alone_but_for
                if (held := bits_of(rule.holds)) is None or words & held
            }
        return known

    def _words_in(self, resource: Resource) -> Words:
        """Find the words of an object; those of objects that are gone are forgotten in time."""
        if len(self._words) > 2 * len(self.snapshot) + _MOST_NEW:
            self._words.clear()
        return self._words[resource]

    def _verdict(self, resource: Resource) -> Verdict:
        if "." not in resource.group:
            return ACCEPTED  # the API server knows the kinds of Kubernetes itself
        verdict = self._verdicts.get(resource)
        if verdict is None:
            verdict = self._verdicts[resource] = self._judge(resource)
        return verdict
