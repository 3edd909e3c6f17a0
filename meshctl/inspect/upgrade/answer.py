"""Plans an upgrade: asks every change on the way whom it concerns, and reports each once."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl import __version__
from meshctl.engine.analyze import load_mesh
from meshctl.engine.gaps import explain
from meshctl.engine.ignores.suppress import IgnoreFilter
from meshctl.engine.located.locate_findings import from_problem, order
from meshctl.engine.locations import locate
from meshctl.engine.registry import RuleNames, load_family
from meshctl.engine.report import (
    LocatedFinding,
    NotCheckedRule,
    Report,
    Summary,
    counted,
)
from meshctl.engine.runner import DEBUG_VARIABLE
from meshctl.engine.shown import shown_filter, shows_nothing
from meshctl.errors import InputError
from meshctl.inspect.upgrade.places import behaviour, located, related, with_frame
from meshctl.inspect.upgrade.plan import FoundVersion, Task, UpgradePlan
from meshctl.inspect.upgrade.tasks import ordinary_tasks
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource
from meshctl.rules.api import NotChecked, Rule, Severity
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded
from meshctl.timing import phase
from meshctl.upgrades.catalog import changes_of
from meshctl.upgrades.change import Change, Hit, Phase, Standing
from meshctl.upgrades.installation import Found
from meshctl.upgrades.release import NEWEST, OLDEST, Release, check_order, is_known, steps
from meshctl.upgrades.standing import STANDING
from meshctl.upgrades.upgrade import Cluster, Pinned, Upgrade

_MOST_BEHAVIOUR = 20
_UNREADABLE = frozenset({"document/unreadable-file"})
Entry = Change | Standing


class Way(NamedTuple):
    """What is asked for: from where, ``None`` for what the input shows, and to where.

    ``cluster`` is what a live mesh says beside its objects.
    """

    start: Release | None
    target: Release
    cluster: Cluster | None = None


class _Concern(NamedTuple):
    """What one row found: its entry, the step it belongs to, and its places."""

    entry: Entry
    release: Release
    hits: tuple[Hit, ...]
    postponed: Pinned | None
    ended: Pinned | None

    @property
    def severity(self) -> Severity:
        return Severity.INFO if self.postponed is not None else self.entry.severity


def plan_upgrade(files: Loaded, live: Loaded | None, settings: Settings, way: Way) -> UpgradePlan:
    """Plan an upgrade to a release, from another one or from the one that the input shows.

    Raises UsageError for a way back, InputError where no version of Istio is to be found.
    """
    start, target, cluster = way
    mesh = _mesh(files, live, settings)
    piped = [
        document for document in files.documents if not {"apiVersion", "kind"} & {*_keys(document)}
    ]
    others = [Resource(one, one.data, (), "") for one in (*files.others, *piped)]
    others += [
        resource for resource in mesh.resources if resource.document.file.endswith("Chart.yaml")
    ]
    upgrade = Upgrade(mesh, start or target, target, files=others, cluster=cluster)
    found = upgrade.installation.versions
    upgrade.start = start if start is not None else _oldest(found, live is not None)
    check_order(upgrade.start, target)
    with phase("changes"):
        answers = _Answers(upgrade, settings)
    return _planned(answers, files, settings, found if start is None else ())


def _keys(document: Document) -> Iterable[str]:
    """The keys of a document; values of charts that are piped in have none of a manifest."""
    return document.data if isinstance(document.data, dict) else ("kind",)


def _mesh(files: Loaded, live: Loaded | None, settings: Settings) -> Mesh:
    """Build the mesh of everything, alternatives too: each of them is upgraded."""
    documents = [*files.documents, *(doc for world in files.worlds for doc in world.documents)]
    home = settings.namespace if live is not None else settings.default_namespace
    known = settings._replace(namespace=home)
    return load_mesh(files._replace(documents=documents), known, live=live)


def _oldest(found: Sequence[Found], is_live: bool) -> Release:  # noqa: FBT001
    if not found:
        where = "the cluster" if is_live else "the input"
        raise InputError(
            f"no version of Istio is to be found in {where}: neither istiod's image, nor an "
            "IstioOperator or a chart names one; --from says which one runs, such as --from 1.27"
        )
    return min((one.release for one in found), key=lambda release: release.order)


class _Answers:
    """What all rows say of one upgrade."""

    def __init__(self, upgrade: Upgrade, settings: Settings) -> None:
        self.upgrade = upgrade
        self.concerns: list[_Concern] = []
        self.unknown: dict[tuple[str, str], None] = {}
        self.silent: list[str] = []
        self.crashed = False
        ignored = RuleNames(settings.ignore)
        chosen = RuleNames(settings.select)
        seen: set[Ref] = set()
        asked: list[tuple[Entry, Pinned | None]] = [*self._changes()]
        self.known = len(asked)
        asked += ((standing, None) for standing in STANDING)
        for entry, ended in asked:
            if not ignored.include(entry.rule) and chosen.choose(entry.rule):
                self._ask(entry, ended, seen)

    def _changes(self) -> Iterator[tuple[Change, Pinned | None]]:
        """Walk the changes on the way, and earlier ones whose postponement ends on it."""
        upgrade = self.upgrade
        for minor in range(OLDEST, min(upgrade.target.minor, NEWEST) + 1):
            for change in changes_of(minor):
                comes, _ = upgrade.changes_now(change)
                if comes:
                    yield change, upgrade.pin_that_ends(change)

    def _ask(self, entry: Entry, ended: Pinned | None, seen: set[Ref]) -> None:
        hits: list[Hit] = []
        is_unknown = False
        for outcome in self._outcomes(entry):
            if isinstance(outcome, NotChecked):
                self.unknown.setdefault((entry.id, outcome.reason))
                is_unknown = True
            elif isinstance(entry, Change) or outcome.ref not in seen:
                hits.append(outcome)
                seen.add(outcome.ref)
        if hits:
            self.concerns += self._by_step(entry, hits, ended)
        elif isinstance(entry, Change) and not is_unknown:
            self.silent.append(entry.id)

    def _outcomes(self, entry: Entry) -> Iterator[Hit | NotChecked]:
        try:
            yield from entry.concerns(self.upgrade)
        except Exception as crash:  # a bug in one row must not hide what the others found
            if os.environ.get(DEBUG_VARIABLE):
                raise
            self.crashed = True
            name = type(crash).__name__
            yield NotChecked(f"it crashed ({name}: {crash}); please report this with the input")

    def _by_step(
        self, entry: Entry, hits: Sequence[Hit], ended: Pinned | None
    ) -> Iterator[_Concern]:
        """Make one concern of the places of a row, or of each release for those of a standing test."""
        if isinstance(entry, Change):
            release, postponed = entry.release, self.upgrade.pinned(entry, self.upgrade.target)
            if ended is not None and ended.until is not None:
                release = max(release, Release(ended.until.minor))
            yield _Concern(entry, release, tuple(hits), postponed, ended)
            return
        first = min((hit.release or self.upgrade.target for hit in hits), key=lambda r: r.order)
        yield _Concern(entry, Release(first.minor), tuple(hits), None, None)


def _planned(
    answers: _Answers, files: Loaded, settings: Settings, found: Sequence[Found]
) -> UpgradePlan:
    upgrade = answers.upgrade
    rules = {rule.id: rule for rule in load_family("document")}
    funnel = IgnoreFilter(settings, [*files.documents, *files.sources, *files.others])
    kept: list[tuple[_Concern, LocatedFinding, int, tuple[Hit, ...]]] = []
    with phase("places and ignores"):
        by_id, ignored = _shown(answers.concerns, settings, funnel)
        for concern in answers.concerns:
            shown = by_id.get(concern.entry.id)
            if shown:
                kept.append((concern, *_joined(concern, shown)))
        problems, count = _problems(files, funnel, rules)
    ignored += count
    used = {concern.entry.id: concern.entry.rule for concern, *_ in kept}
    findings = sorted([*(finding for _, finding, *_ in kept), *problems], key=order)
    report = Report(
        version=__version__, findings=tuple(findings), not_checked=tuple(_gaps(answers, files)),
        summary=_summary(files, upgrade, findings, ignored), rules={**rules, **used},
        crashed=answers.crashed, is_incomplete=any(problem.rule in _UNREADABLE for problem in problems)
        and not settings.skip_unreadable,
        notes=tuple(shows_nothing(settings, upgrade.mesh.resources)), root=settings.root,
        docs_url=settings.docs_url,
    )  # fmt: skip
    tasks = [_task(*one) for one in kept] + list(ordinary_tasks(upgrade))
    tasks.sort(key=_urgency)
    way = tuple(release for _, release in steps(upgrade.start, upgrade.target))
    versions = tuple(FoundVersion(one.release.name, one.title, locate(one.ref)) for one in found)
    return UpgradePlan(
        upgrade.start, upgrade.target, versions, way, tuple(tasks), report, answers.known,
        tuple(answers.silent),
    )  # fmt: skip


_Shown = list[tuple[LocatedFinding, Hit]]


def _shown(
    concerns: Sequence[_Concern], settings: Settings, funnel: IgnoreFilter
) -> tuple[dict[str, _Shown], int]:
    """Locate the places of concerns; give those that nobody ignores by id, and how many ids have none.

    Places of all concerns are found together, since the text of a document is parsed for them.
    """
    is_shown = shown_filter(settings)
    hits = [
        (concern.entry.rule, concern.severity, hit) for concern in concerns for hit in concern.hits
    ]
    hits.sort(key=lambda one: _document(one[2].ref.resource))
    found: list[tuple[LocatedFinding, Hit]] = []
    ignored: set[str] = set()
    for rule, severity, hit in hits:
        resource = hit.ref.resource
        finding = located(rule, hit, severity)
        if not is_shown((finding, resource)):
            continue
        if funnel.ignores(finding, resource if resource.kind else None):
            ignored.add(rule.id)
        else:
            found.append((finding, hit))
    kept: dict[str, _Shown] = {}
    for finding, hit in sorted(found, key=lambda one: order(one[0])):
        kept.setdefault(finding.rule, []).append((finding, hit))
    return kept, len(ignored - kept.keys())


def _document(resource: Resource) -> tuple[str, int]:
    return resource.document.file, resource.document.first_line


def _joined(
    concern: _Concern, shown: Sequence[tuple[LocatedFinding, Hit]]
) -> tuple[LocatedFinding, int, tuple[Hit, ...]]:
    """Make one finding of all places; one row has one fingerprint, whatever its places."""
    first = with_frame(*shown[0])
    message = f"{_message(concern, first.message, len(shown) - 1)}"
    others = tuple(related(*one) for one in shown[1:])
    finding = first._replace(
        message=message, related=others, severity=concern.severity, anchor="",
        fix=concern.entry.fix,
    )  # fmt: skip
    return finding, len(shown), tuple(hit for _, hit in shown)


def _message(concern: _Concern, note: str, more: int) -> str:
    entry = concern.entry
    several = f", and {more} more like it" if more else ""
    said = f"{note}{several}"
    if isinstance(entry, Standing):
        return f"{said}: {_lowered(entry.effect)}"
    since = f"from {entry.release.name} on"
    if concern.postponed is not None:
        until = concern.postponed.until
        end = f" until {until.name}" if until is not None else ""
        return f"{said}: {concern.postponed.text} puts off{end} that {since} {entry.effect}"
    if concern.ended is not None:
        end = concern.ended.until.name if concern.ended.until is not None else "the target"
        return f"{said}: {concern.ended.text} put off until {end} that {since} {entry.effect}"
    return f"{said}: {since} {entry.effect}"


def _lowered(text: str) -> str:
    return (
        text
        if text[1:2].isupper() or text.startswith(("Helm", "Istio", "Envoy"))
        else (text[:1].lower() + text[1:])
    )


def _task(concern: _Concern, finding: LocatedFinding, places: int, hits: tuple[Hit, ...]) -> Task:
    changed = dict.fromkeys(
        behaviour(finding, hit) for hit in hits[:_MOST_BEHAVIOUR] if hit.was or hit.now
    )
    return Task(
        concern.entry.phase, concern.release, concern.entry.title, concern.entry.fix, finding,
        places, tuple(changed), concern.postponed, concern.ended,
    )  # fmt: skip


def _urgency(task: Task) -> tuple[int, int, int, int]:
    rank = task.finding.severity.rank if task.finding is not None else 0
    is_step = task.finding is None
    # What every upgrade has comes first before it and after it, and where it belongs in between.
    return list(Phase).index(task.phase), task.release.minor, -rank, int(is_step)


def _problems(
    files: Loaded, funnel: IgnoreFilter, rules: dict[str, Rule]
) -> tuple[list[LocatedFinding], int]:
    """Report texts that can't be read, as what they hold is not looked at."""
    found = [
        from_problem(rules[name], problem)
        for problem in (*files.problems, *funnel.problems, *funnel.expired())
        if (name := f"document/{problem.kind}") in rules
    ]
    kept = [finding for finding in found if not funnel.ignores(finding, None)]
    return kept, len(found) - len(kept)


def _gaps(answers: _Answers, files: Loaded) -> Iterator[NotCheckedRule]:
    yield from explain(files.gaps)
    start = answers.upgrade.start
    if not is_known(start):
        yield NotCheckedRule(
            "*", f"{start.name} is older than the tables: what changed before 1.{OLDEST} is "
            "unknown here"
        )  # fmt: skip
    yield from (NotCheckedRule(*one) for one in answers.unknown)


def _summary(
    files: Loaded, upgrade: Upgrade, findings: Iterable[LocatedFinding], ignored: int
) -> Summary:
    return Summary(
        files=files.files,
        documents=len(files.documents) + sum(len(world.documents) for world in files.worlds),
        resources=len(upgrade.mesh.resources),
        **counted(findings),
        ignored=ignored,
        skipped=files.skipped,
        broken=files.broken,
    )
