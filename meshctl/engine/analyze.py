"""Analyses sources with Settings and gives a Report: the engine's facade."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from meshctl import __version__
from meshctl.engine.deduplicate import counts, is_spoilt_by_a_placeholder
from meshctl.engine.gaps import explain, undescribed
from meshctl.engine.ignores.suppress import IgnoreFilter
from meshctl.engine.life_cycle import notes
from meshctl.engine.live_overlay import overlay
from meshctl.engine.located.copies import merge
from meshctl.engine.located.fingerprints import distinct
from meshctl.engine.located.locate_findings import from_problem, locate_all, order
from meshctl.engine.needs import ObjectWords, words_of
from meshctl.engine.registry import (
    RuleNames,
    check_names,
    chosen,
    families,
    family_of,
    load_family,
    load_for,
    load_text_rules,
)
from meshctl.engine.report import (
    EVERY_RULE,
    LocatedFinding,
    NotCheckedRule,
    Report,
    Summary,
    counted,
)
from meshctl.engine.runner import Outcomes, run
from meshctl.engine.shown import shown_filter, shows_nothing
from meshctl.engine.surroundings import knowledge_of, mesh_config_of, unread_clusters
from meshctl.engine.workspaces.kept_objects import KeptObjects
from meshctl.engine.worlds.confirm import Build, confirm
from meshctl.masking.tokens import masked
from meshctl.mesh import Mesh
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.resources import Resource
from meshctl.resources.kinds import view_of
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.rules.api import Rule
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded, Unread, load
from meshctl.timing import phase
from meshctl.validation.schemas import Schema

UNREADABLE = "document/unreadable-file"
if TYPE_CHECKING:
    from meshctl.engine.workspaces.eager import Eager
    from meshctl.engine.worlds.clusters import MakeMesh
    from meshctl.engine.worlds.rendered import WorldOutcomes

Progress = Callable[[int, int], None]


def analyze(
    paths: Sequence[str], settings: Settings, *,
    stdin: BinaryIO | None = None, on_progress: Progress | None = None,
    schemas: Iterable[Schema] = (),
) -> Report:  # fmt: skip
    """Analyse files, directories or standard input; ``schemas`` win over those that ship.

    Raises InputError for a named path that cannot be read, ConfigError and UsageError for
    settings that make no sense; everything else is a finding.
    """
    check_settings(settings)
    with collector_off():
        with phase("files"):
            loaded = load(paths, stdin=stdin, on_progress=on_progress, rendering=settings.rendering)
        return report_on(loaded, settings, schemas)


def check_settings(settings: Settings) -> None:
    """Refuse names of rules that don't exist, with UsageError."""
    accepted = (name for entry in settings.ignores for name in entry.rules)
    names = RuleNames((*settings.select, *settings.ignore, *accepted))
    if names:
        check_names(names)


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep the garbage collector out: it costs 30 %, and all of an analysis lives to its end."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@phase("mesh")
def load_mesh(
    loaded: Loaded, settings: Settings, schemas: Iterable[Schema] = (), live: Loaded | None = None
) -> Mesh:
    """Build the mesh of what was loaded; ``schemas`` win over those that ship.

    Of several clusters it is the mesh that the istiod of the first one sees. What was loaded takes the place of the same objects of what is ``live``. Objects that name no
    namespace are those of the one in the settings.
    """
    objects = KeptObjects(settings, schemas)
    resources, build = _builder(loaded, settings, objects, live, settings.namespace)
    if loaded.clusters:
        from meshctl.engine.worlds.clusters import views  # noqa: PLC0415 - few meshes have several

        return views(loaded, settings, objects.of)[0].mesh(build)
    return build(resources, NOTHING_LACKS, tuple(unread_clusters(resources, ())))


@phase("resources")
def _builder(
    loaded: Loaded, settings: Settings, objects: KeptObjects, live: Loaded | None, home: str
) -> "tuple[tuple[Resource, ...], MakeMesh]":
    """Give the resources of what was loaded, and what makes a mesh of them or of a part."""
    resources = objects.of(loaded.documents, home)
    if live is not None:
        resources = overlay(objects.of(live.documents, home), resources)
    unread = (*loaded.unread, *(live.unread if live is not None else ()))
    read = frozenset((missing.kind, missing.namespace) for missing in unread if missing.namespace)
    config = mesh_config_of(settings)

    def build(
        some: Sequence[Resource], knowledge: Knowledge, further: Iterable[Unread] = ()
    ) -> Mesh:
        return Mesh(
            some, config, is_whole=settings.whole_mesh, judge=objects.verdict,
            ownership=settings.ownership,
            unread=frozenset(missing.kind for missing in (*unread, *further)),
            injection=settings.injection, knowledge=knowledge._replace(read=read),
        )  # fmt: skip

    return resources, build


def report_on(
    loaded: Loaded, settings: Settings, schemas: Iterable[Schema] = (), live: Loaded | None = None
) -> Report:
    """Report on what was loaded, laid over what is ``live`` if that is given."""
    return answer_on(loaded, settings, KeptObjects(settings, schemas), live).report


class Answer(NamedTuple):
    """A report, and the mesh that it is about."""

    report: Report
    mesh: Mesh


def answer_on(
    loaded: Loaded, settings: Settings, objects: KeptObjects, live: Loaded | None = None, *,
    eager: "Eager | None" = None,
) -> Answer:  # fmt: skip
    """Report on what was loaded, with the ``objects`` that an analysis before left.

    Somebody ``eager`` is told of one file first, and may end the analysis.
    """
    home = settings.namespace if live is not None else settings.default_namespace
    if loaded.clusters:
        return _answer_on_clusters(loaded, settings, objects)
    knowledge = NOTHING_LACKS if live is not None else knowledge_of(loaded, settings)
    resources, make_mesh = _builder(loaded, settings, objects, live, home)
    missing = tuple(unread_clusters(resources, ()))

    def build(some: Sequence[Resource]) -> Mesh:
        return make_mesh(some, knowledge, missing)

    mesh = build(resources)
    words = ObjectWords()
    there = None if eager else words_of(resources, settings, words)  # an edit brings other words
    rules = chosen(load_for(resources, there, settings.select), settings)
    ask = partial(run, words=words)
    if eager is not None:
        from meshctl.engine.workspaces.eager import run_eagerly  # noqa: PLC0415 - editors alone wait

        ask = partial(
            run_eagerly, eager=eager, objects=objects, documents=loaded.documents, settings=settings
        )
    outcomes = _asked(rules, mesh, settings, build, ask)
    for one in live.unread if live is not None else ():
        outcomes.not_checked.update(dict.fromkeys(_unchecked(one, settings)))
    outcomes.not_checked.update(((EVERY_RULE, gap.reason), None) for gap in missing)
    if settings.alone:
        outcomes.not_checked.update(dict.fromkeys(undescribed(resources, objects.describes)))
    worlds = _worlds(loaded, settings, resources, build, partial(objects.of, namespace=home))
    by_id = {rule.id: rule for rule in (*rules, *(r for world in worlds for r in world.rules))}
    return Answer(_report(loaded, settings, resources, outcomes, worlds, by_id), mesh)


def _answer_on_clusters(loaded: Loaded, settings: Settings, objects: KeptObjects) -> Answer:
    """Report on each cluster of a mesh; the mesh is the one that the first cluster sees."""
    from meshctl.engine.worlds.clusters import ask_clusters, views  # noqa: PLC0415 - few have several

    _, make_mesh = _builder(loaded, settings, objects, None, settings.default_namespace)
    seen = views(loaded, settings, objects.of)
    choose = partial(chosen, settings=settings)
    worlds = list(ask_clusters(seen, make_mesh, settings, load_for, choose))
    by_id = {rule.id: rule for world in worlds for rule in world.rules}
    report = _report(loaded, settings, (), Outcomes(), worlds, by_id)
    return Answer(report, seen[0].mesh(make_mesh))


def _report(  # noqa: PLR0913, PLR0917 - all that was read and found
    loaded: Loaded, settings: Settings, resources: Sequence[Resource], outcomes: Outcomes,
    worlds: "Sequence[WorldOutcomes]", by_id: dict[str, Rule],
) -> Report:  # fmt: skip
    """Locate what was found, and leave out what somebody ignores."""
    funnel = IgnoreFilter(settings, [*loaded.documents, *loaded.sources])
    for world in worlds:
        outcomes.not_checked |= world.outcomes.not_checked
    found = (*locate_all(outcomes), *_merged(worlds))
    if funnel.asks_what_ran:  # those as well that weren't imported, since they could find nothing
        by_id |= {one.id: one for one in chosen(load_for(resources), settings)}
    kept, ignored = _kept(loaded, settings, found, by_id, funnel)
    unread = [found for found in kept if found.rule == UNREADABLE]
    if settings.skip_unreadable:
        kept = [found for found in kept if found.rule != UNREADABLE]
    read = [resources, *(world.resources for world in worlds)]
    renamed = notes([*_named(settings), *funnel.named])
    return Report(
        version=__version__,
        findings=tuple(kept),
        not_checked=tuple(
            _not_checked(loaded, resources, outcomes, unread if settings.skip_unreadable else ())
        ),
        summary=_summary(loaded, read, kept, ignored),
        rules={rule.id: rule for rule in _documented(by_id, kept)},
        crashed=bool(outcomes.crashes),
        is_incomplete=bool(unread) and not settings.skip_unreadable,
        stale=funnel.stale(by_id),
        notes=(*renamed, *loaded.notes, *shows_nothing(settings, *read)),
        root=settings.root,
        docs_url=settings.docs_url,
    )


def _worlds(
    loaded: Loaded, settings: Settings, plain: Sequence[Resource], build: Build,
    objects_of: Callable[[Iterable[Document]], tuple[Resource, ...]],
) -> "list[WorldOutcomes]":  # fmt: skip
    """Ask about what was rendered in several ways; nothing of it is imported where nothing was."""
    if not loaded.worlds:
        return []
    from meshctl.engine.worlds.rendered import ask_worlds  # noqa: PLC0415 - see above

    def rules_for(resources: Sequence[Resource]) -> list[Rule]:
        return chosen(load_for(resources), settings)

    worlds = list(ask_worlds(loaded.worlds, plain, build, objects_of, rules_for))
    for world in worlds:
        world.outcomes.findings = [
            outcome
            for outcome in world.outcomes.findings
            if not is_spoilt_by_a_placeholder(*outcome, alone=False)
        ]
    return worlds


def _merged(worlds: "Sequence[WorldOutcomes]") -> "Iterable[tuple[LocatedFinding, Resource]]":
    if not worlds:
        return ()
    from meshctl.engine.worlds.rendered import merged  # noqa: PLC0415 - see above

    return merged(worlds)


@phase("rules")
def _asked(
    rules: Sequence[Rule], mesh: Mesh, settings: Settings, build: Build,
    ask: Callable[[Sequence[Rule], Mesh], Outcomes],
) -> Outcomes:  # fmt: skip
    """Run rules, and keep what holds in every world that the input allows."""
    outcomes = ask(rules, mesh)
    if not settings.alone:
        confirm(outcomes, mesh, build)
    outcomes.findings = [
        outcome for outcome in outcomes.findings if counts(*outcome, alone=settings.alone)
    ]
    return outcomes


@phase("places and ignores")
def _kept(
    loaded: Loaded, settings: Settings, found: Iterable[tuple[LocatedFinding, Resource]],
    by_id: dict[str, Rule], funnel: IgnoreFilter,
) -> tuple[list[LocatedFinding], int]:  # fmt: skip
    """Give the findings that nobody ignores, in order, and how many somebody does."""
    located: list[tuple[LocatedFinding, Resource | None]] = [*filter(shown_filter(settings), found)]
    located.sort(key=lambda pair: order(pair[0]))
    kept = _not_ignored(located, funnel)
    ignored = len(located) - len(kept)
    problems = [*loaded.problems, *funnel.problems, *funnel.expired()]
    problems += funnel.unused(by_id.values())
    named = load_text_rules(problem.kind for problem in problems)
    by_id |= {rule.id: rule for rule in chosen(named, settings)}
    texts: list[tuple[LocatedFinding, Resource | None]] = [
        (from_problem(by_id[name], problem), None)
        for problem in problems
        if (name := f"document/{problem.kind}") in by_id
    ]
    texts.sort(key=lambda pair: order(pair[0]))
    kept_texts = _not_ignored(texts, funnel)
    kept = sorted([*merge(kept), *kept_texts], key=order)
    return kept, ignored + len(texts) - len(kept_texts)


def _not_ignored(
    located: Sequence[tuple[LocatedFinding, Resource | None]], funnel: IgnoreFilter
) -> list[LocatedFinding]:
    found = distinct(found for found, _ in located)
    return [
        finding
        for finding, (_, resource) in zip(found, located, strict=True)
        if not funnel.ignores(finding, resource)
    ]


def _not_checked(
    loaded: Loaded, resources: Sequence[Resource], outcomes: Outcomes,
    unread: Iterable[LocatedFinding],
) -> Iterator[NotCheckedRule]:  # fmt: skip
    """Walk what couldn't be known: what concerns every rule comes first."""
    for found in unread:
        yield NotCheckedRule(EVERY_RULE, f"{found.location.file} {found.message}")
    yield from explain(loaded.gaps)
    homeless = sum(resource.namespace == UNKNOWN_NAMESPACE for resource in resources)
    if homeless and {resource.namespace for resource in resources} - {"", UNKNOWN_NAMESPACE}:
        names = "objects name" if homeless > 1 else "object names"
        yield NotCheckedRule(
            EVERY_RULE,
            f"{homeless} {names} no namespace, which may be any that others name; "
            "--default-namespace says which one it is",
        )
    for rule, reason in sorted(outcomes.not_checked):
        yield NotCheckedRule(rule, masked(reason))


def findings_about(
    mesh: Mesh, resources: Sequence[Resource], settings: Settings
) -> list[LocatedFinding]:
    """List what the rules say of some objects of a mesh, in order, without what is ignored."""
    outcomes = run(chosen(load_for(resources), settings), mesh, about=resources)
    funnel = IgnoreFilter(settings, [*dict.fromkeys(resource.document for resource in resources)])
    found = locate_all(outcomes)
    return sorted(
        (finding for finding, about in found if not funnel.ignores(finding, about)), key=order
    )


def _unchecked(unread: Unread, settings: Settings) -> Iterator[tuple[str, str]]:
    """Walk the rules for a kind that the cluster didn't show, with the reason."""
    view = view_of(unread.group, unread.kind)
    family = family_of(view) if view is not None else ""
    if family in families():
        for rule in chosen(load_family(family), settings):
            yield rule.id, f"{unread.kind}: {unread.reason}"


def _named(settings: Settings) -> Iterator[tuple[str, str]]:
    """Walk the names of rules in flags and the config file."""
    yield from (("--select", name) for name in settings.select)
    yield from (("--ignore", name) for name in settings.ignore)
    for entry in settings.ignores:
        yield from ((settings.config_file or "the config file", name) for name in entry.rules)


def _documented(rules: dict[str, Rule], kept: Iterable[LocatedFinding]) -> Iterator[Rule]:
    for name in sorted({found.rule for found in kept}):
        rule = rules.get(name) or next(r for r in load_family("internal") if r.id == name)
        yield rule


def _summary(
    loaded: Loaded,
    resources: Sequence[Sequence[Resource]],
    kept: Sequence[LocatedFinding],
    ignored: int,
) -> Summary:
    parts = (loaded, *(cluster.files for cluster in loaded.clusters))
    documents = [
        each for part in parts for each in (part.documents, *(w.documents for w in part.worlds))
    ]
    return Summary(
        files=loaded.files,
        documents=sum(len(each) for each in documents),
        resources=len({resource for each in resources for resource in each}),
        **counted(kept),
        ignored=ignored,
        skipped=loaded.skipped,
        broken=loaded.broken,
    )
