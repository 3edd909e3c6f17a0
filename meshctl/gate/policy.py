"""Answers reviews: refuses, warns or keeps silent, as modes, labels and settings say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from meshctl.cluster.kinds import METADATA_ONLY, listed_kinds
from meshctl.cluster.snapshot import document_of
from meshctl.gate.changes import Change, changes_nothing, shifts_weights_alone
from meshctl.gate.decision import AddedFinding, Judge, Verdict
from meshctl.gate.review import Answer, Object, Review
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.istio.kind_names import CLUSTER_SCOPED
from meshctl.resources import Resource, make_resource
from meshctl.rules.api import Severity
from meshctl.words import amount, one_line

MODE_LABEL = "meshctl.io/admission"
"""The label of a Namespace that says how changes in it are answered."""
MOST_WARNINGS = 10
LONGEST_WARNING = 256
"""Characters of a warning. An API server cuts warnings to so many once all have 4,096."""
_LONGEST_MESSAGE = 16_384


class Mode(StrEnum):
    """What findings do to a change."""

    WARN = "warn"
    ENFORCE = "enforce"
    AUDIT = "audit"
    """They stand in the API server's audit log alone."""
    IGNORE = "ignore"
    """Nothing is looked at."""


class Outcome(StrEnum):
    """How a review ended, for metrics and logs."""

    ALLOWED = "allowed"
    WARNED = "warned"
    REFUSED = "refused"
    SKIPPED = "skipped"
    UNCHECKED = "unchecked"


class Decision(NamedTuple):
    """The answer to a review, with what led to it."""

    answer: Answer
    outcome: Outcome
    reason: str = ""
    """Why it was skipped, or not checked."""
    added: Sequence[AddedFinding] = ()


class Answering(NamedTuple):
    """How reviews are answered where no namespace says it."""

    mode: Mode = Mode.WARN
    fail_on: str = "error"
    """The least severity that a change is refused for; ``never`` for none."""
    cluster: str = "live"
    """What places in messages begin with."""


class Gate:
    """Answers reviews by a snapshot."""

    def __init__(
        self, snapshot: Snapshot, judge: Judge, answering: Answering, *, weighs_all: bool = False
    ) -> None:
        """``weighs_all`` asks of all findings whether they would hold anyway, refused for or not."""
        self._snapshot = snapshot
        self._weighs_all = weighs_all
        self._judge = judge
        self._mode = answering.mode
        self._cluster = answering.cluster
        fail_on = answering.fail_on
        self._least = None if fail_on == "never" else Severity(fail_on).rank

    def decide(self, review: Review) -> Decision:
        """Answer one review; the snapshot stays as it is."""
        mode = self.mode_in(review)
        reason = self._reason_to_skip(review, mode)
        if reason:
            return Decision(Answer(allowed=True), Outcome.SKIPPED, reason)
        change = self.change(review)
        if change is None:
            return Decision(Answer(allowed=True), Outcome.SKIPPED, "the object is not known here")
        verdict = self._judge.judge(change, least=self._weighed_from(review, mode))
        return self._decision(review, verdict, mode)

    def mode_in(self, review: Review) -> Mode:
        """How a change is answered: by the label of its namespace, or of the Namespace it is."""
        name = review.name if review.kind == "Namespace" else review.namespace
        home = self._snapshot.get(Identity("", "Namespace", "", name)) if name else None
        label = home.labels.get(MODE_LABEL) if home is not None else None
        return Mode(label) if label in set(Mode) else self._mode

    def change(self, review: Review) -> Change | None:
        """Read a review as a change of the snapshot; ``None`` for what isn't there to be deleted."""
        after = None
        if review.operation != "DELETE" and review.new is not None:
            after = self.resource(review.new, review.namespace)
        shown = after or (self.resource(review.old, review.namespace) if review.old else None)
        before = self._snapshot.get(Identity.of(shown)) if shown is not None else None
        return Change(before, after) if before is not None or after is not None else None

    def resource(self, data: Object, namespace: str) -> Resource:
        """Read an object as the snapshot has it, without what only the API server needs."""
        meta = data.get("metadata")
        given: dict[str, Any] = dict(meta) if isinstance(meta, dict) else {}
        if namespace and str(data.get("kind")) not in CLUSTER_SCOPED:
            given["namespace"] = namespace
        if not given.get("name") and isinstance(given.get("generateName"), str):
            given["name"] = f"{given['generateName']}x"
        # An API server has said when; by hand, what is new is younger than all the rest.
        given.setdefault("creationTimestamp", datetime.now(tz=UTC).isoformat())
        kept = {"apiVersion": "", **data, "metadata": given}
        if str(data.get("kind")) in METADATA_ONLY:
            kept = {key: kept[key] for key in ("apiVersion", "kind", "metadata")}
        document = document_of(self._cluster, kept)
        return make_resource(document, document.data, (), namespace or "default")

    def _reason_to_skip(self, review: Review, mode: Mode) -> str:
        if mode is Mode.IGNORE:
            return f"the namespace has the label {MODE_LABEL}={Mode.IGNORE}"
        if review.subresource:
            return "it is about a subresource"
        if review.operation == "CONNECT" or not is_read(review.group, review.kind):
            return "the mesh has no use for the kind"
        if changes_nothing(review):
            return "nothing changes that the mesh is made of"
        if shifts_weights_alone(review):
            return "a controller shifts weights"
        return ""

    def _weighed_from(self, review: Review, mode: Mode) -> int | None:
        """The least rank of findings of which it has to be known whether they would hold anyway."""
        if self._weighs_all:
            return 0
        return self._least if mode is Mode.ENFORCE and review.operation != "DELETE" else None

    def _decision(self, review: Review, verdict: Verdict, mode: Mode) -> Decision:
        added = sorted(verdict.added, key=_weight)
        refused = [
            finding for finding in added if mode is Mode.ENFORCE and self._refuses(finding, review)
        ]
        rules = dict.fromkeys(finding.found.rule for finding in added)
        annotations = {"findings": ",".join(rules)} if rules else {}
        if verdict.unchecked:
            annotations["unchecked"] = verdict.unchecked
        if mode is Mode.AUDIT:
            outcome = Outcome.UNCHECKED if verdict.unchecked else Outcome.ALLOWED
            answer = Answer(allowed=True, annotations=annotations)
            return Decision(answer, outcome, verdict.unchecked, added)
        lines = [_sentence(finding, review) for finding in added if finding not in refused]
        if verdict.unchecked:
            lines.insert(0, f"meshctl: not fully checked, since {verdict.unchecked}")
        message = _refusal([_sentence(finding, review) for finding in refused])
        answer = Answer(not refused, message, _warnings(lines), annotations)
        return Decision(answer, _outcome(answer, verdict), verdict.unchecked, added)

    def _refuses(self, finding: AddedFinding, review: Review) -> bool:
        """Is it bad enough, and sure? What is missing may come a second later."""
        is_bad = self._least is not None and finding.found.severity.rank >= self._least
        return is_bad and finding.is_contradiction and review.operation != "DELETE"


def unchecked(reason: str) -> Decision:
    """Allow what couldn't be looked at, and say why."""
    warning = f"meshctl: not fully checked, since {reason}"
    return Decision(Answer(allowed=True, warnings=(warning,)), Outcome.UNCHECKED, reason)


@cache
def _read_kinds() -> frozenset[tuple[str, str]]:
    return frozenset(
        {
            ("", "ConfigMap"),
            *((listed_kind.group, listed_kind.kind) for listed_kind in listed_kinds()),
        }
    )


def is_read(group: str, kind: str) -> bool:
    """Has the mesh any use for a kind?"""
    return (group, kind) in _read_kinds()


def _outcome(answer: Answer, verdict: Verdict) -> Outcome:
    if not answer.allowed:
        return Outcome.REFUSED
    if verdict.unchecked:
        return Outcome.UNCHECKED
    return Outcome.WARNED if answer.warnings else Outcome.ALLOWED


def _weight(finding: AddedFinding) -> tuple[int, bool, str, str]:
    found = finding.found
    return -found.severity.rank, not finding.is_about_it, found.rule, found.resource.title


def _sentence(finding: AddedFinding, review: Review) -> str:
    """Say what is found; of objects in other namespaces nothing but the name."""
    found = finding.found
    if finding.is_about_it:
        return f"{found.rule}: {one_line(found.message)}"
    is_near = found.resource.namespace in {"", review.namespace}
    text = found.message if is_near else finding.summary
    return f"{found.rule}: {one_line(found.resource.title)}: {one_line(text)}"


def _refusal(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    text = "\n".join([amount(len(lines), "finding"), *lines])
    if len(text) <= _LONGEST_MESSAGE:
        return text
    return f"{text[:_LONGEST_MESSAGE].rpartition(chr(10))[0]}\nand more: meshctl analyze --cluster"


def _warnings(lines: Sequence[str]) -> tuple[str, ...]:
    """Keep to what an API server passes on."""
    shown = [_cut(line) for line in lines[:MOST_WARNINGS]]
    if len(lines) > MOST_WARNINGS:
        more = len(lines) - MOST_WARNINGS + 1
        shown[-1] = f"and {more} more: meshctl analyze --cluster"
    return tuple(shown)


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_WARNING else f"{line[: LONGEST_WARNING - 1]}…"
