"""Analyses sources with Settings and gives a Report: the engine's facade."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from meshctl import __version__
from meshctl.engine.deduplicate import without_consequences
from meshctl.engine.life_cycle import notes
from meshctl.engine.live_overlay import overlay
from meshctl.engine.locations import identify, locate, locate_problem
from meshctl.engine.registry import (
    RuleNames,
    check_names,
    families,
    family_of,
    load_family,
    load_for,
)
from meshctl.engine.report import (
    LocatedFinding,
    Location,
    NotCheckedRule,
    RelatedPlace,
    Report,
    ResourceId,
    Summary,
    fingerprint_of,
)
from meshctl.engine.runner import Outcomes, run
from meshctl.engine.shown import shown_filter
from meshctl.engine.suppress import IgnoreFilter
from meshctl.errors import ConfigError
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig, read_mesh_config
from meshctl.resources import Ref, Resource, make_resource
from meshctl.resources.kinds import VIEWS
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES
from meshctl.rules.api import Finding, Rule, Severity
from meshctl.settings import Settings
from meshctl.sources.documents import Document, Problem
from meshctl.sources.live_object import ObjectDocument
from meshctl.sources.loader import Loaded, Unread, load
from meshctl.validation.faults import ACCEPTED
from meshctl.validation.schemas import Schema, Schemas
from meshctl.validation.verdict import Judge

Progress = Callable[[int, int], None]
_NO_RESOURCE = ResourceId("", "", "", "")


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
        loaded = load(paths, stdin=stdin, on_progress=on_progress)
        return report_on(loaded, settings, schemas)


def check_settings(settings: Settings) -> None:
    """Refuse names of rules that don't exist, with UsageError."""
    accepted = (name for entry in settings.ignores for name in entry.rules)
    names = RuleNames((*settings.select, *settings.ignore, *accepted))
    if names:
        check_names(names)


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep the garbage collector out: nothing that an analysis makes is garbage before its end.

    Collecting costs 30 % and frees nothing.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def load_mesh(
    loaded: Loaded, settings: Settings, schemas: Iterable[Schema] = (), live: Loaded | None = None
) -> Mesh:
    """Build the mesh of what was loaded; ``schemas`` win over those that ship.

    What was loaded takes the place of the same objects of what is ``live``.
    """
    resources = tuple(unwrap(loaded.documents, settings.namespace))
    if live is not None:
        resources = overlay(tuple(unwrap(live.documents, settings.namespace)), resources)
    unread = (*loaded.unread, *(live.unread if live is not None else ()))
    judge = Judge(Schemas(schemas), alone=settings.alone)
    return Mesh(
        resources, _mesh_config(settings), is_whole=settings.whole_mesh,
        judge=lambda resource: ACCEPTED if _is_known_to_be_fine(resource) else judge(resource),
        ownership=settings.ownership, unread=frozenset(each_unread.kind for each_unread in unread),
        injection=settings.injection,
    )  # fmt: skip


def _is_known_to_be_fine(resource: Resource) -> bool:
    """Has an API server accepted it that knows its kind itself, and not from CRDs of any age?"""
    return isinstance(resource.document, ObjectDocument) and "." not in resource.group


def unwrap(documents: Iterable[Document], namespace: str) -> Iterator[Resource]:
    """Make resources of documents; the items of a List become resources of their own."""
    for document in documents:
        data = document.data
        if not isinstance(data, dict):
            continue
        kind, items = data.get("kind"), data.get("items")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
            # Lists as the API server answers them name the kind of their items only once.
            shared = {"apiVersion": data.get("apiVersion"), "kind": kind.removesuffix("List")}
            for index, item in enumerate(items):
                if isinstance(item, dict):
                    full = item if kind == "List" or "kind" in item else {**shared, **item}
                    yield make_resource(document, full, ("items", index), namespace)
        elif "apiVersion" in data or ("kind" in data and "metadata" in data):
            yield make_resource(document, data, (), namespace)


def _mesh_config(settings: Settings) -> MeshConfig | None:
    if settings.mesh_config is None:
        return None
    try:
        text = Path(settings.mesh_config).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        message = f"cannot read the mesh config {settings.mesh_config}: {reason}"
        raise ConfigError(message) from error
    config = read_mesh_config(text)
    if config is None:
        message = (
            f"{settings.mesh_config} is not a mesh config; give the MeshConfig itself, an "
            "`istio` ConfigMap or an IstioOperator"
        )
        raise ConfigError(message)
    return config


def report_on(
    loaded: Loaded, settings: Settings, schemas: Iterable[Schema] = (), live: Loaded | None = None
) -> Report:
    """Report on what was loaded, laid over what is ``live`` if that is given."""
    mesh = load_mesh(loaded, settings, schemas, live)
    rules = _chosen(load_for(mesh.resources), settings)
    outcomes = run(rules, mesh)
    for unread in live.unread if live is not None else ():
        outcomes.not_checked.update(dict.fromkeys(_unchecked(unread, settings)))
    outcomes.findings = [
        finding for finding in outcomes.findings if not _is_kubernetes_own(finding[1])
    ]
    funnel = IgnoreFilter(settings, loaded.documents)
    located: list[tuple[LocatedFinding, Resource | None]] = [
        *filter(shown_filter(settings), _locate_all(outcomes))
    ]
    kept = [found for found, resource in located if not funnel.ignores(found, resource)]
    problems = [*loaded.problems, *funnel.problems, *funnel.expired()]
    problems += funnel.unused((rule.id, rule.equivalents) for rule in rules)
    by_id = {rule.id: rule for rule in rules}
    for problem in problems:
        rule = by_id.get(f"document/{problem.kind}")
        if rule is not None:
            found = _from_problem(rule, problem)
            located.append((found, None))
            if not funnel.ignores(found, None):
                kept.append(found)
    kept.sort(key=_order)
    return Report(
        version=__version__,
        findings=tuple(kept),
        not_checked=tuple(NotCheckedRule(*gap) for gap in sorted(outcomes.not_checked)),
        summary=_summary(loaded, mesh, kept, len(located) - len(kept)),
        rules={rule.id: rule for rule in _documented(by_id, kept)},
        crashed=bool(outcomes.crashes),
        notes=notes([*_named(settings), *funnel.named]),
    )


def findings_about(
    mesh: Mesh, resources: Sequence[Resource], settings: Settings
) -> list[LocatedFinding]:
    """List what the rules say of some objects of a mesh, in order, without what is ignored."""
    outcomes = run(_chosen(load_for(resources), settings), mesh, about=resources)
    funnel = IgnoreFilter(settings, [*dict.fromkeys(resource.document for resource in resources)])
    found = _locate_all(outcomes)
    return sorted(
        (finding for finding, about in found if not funnel.ignores(finding, about)), key=_order
    )


def _is_kubernetes_own(finding: Finding) -> bool:
    """Is it about a live object of Kubernetes itself, which nobody here has written?"""
    resource = finding.ref.resource
    home = resource.name if resource.kind == "Namespace" else resource.namespace
    return isinstance(resource.document, ObjectDocument) and home in SYSTEM_NAMESPACES


def _unchecked(unread: Unread, settings: Settings) -> Iterator[tuple[str, str]]:
    """Walk the rules for a kind that the cluster didn't show, with the reason."""
    view = VIEWS.get((unread.group, unread.kind))
    family = family_of(view) if view is not None else ""
    if family in families():
        for rule in _chosen(load_family(family), settings):
            yield rule.id, f"{unread.kind}: {unread.reason}"


def _chosen(rules: Iterable[Rule], settings: Settings) -> list[Rule]:
    select, ignore = RuleNames(settings.select), RuleNames(settings.ignore)
    chosen = (rule for rule in rules if select.choose(rule) and not ignore.include(rule))
    if settings.injection is None:
        return list(chosen)
    # Texts that cannot be read stay findings: what they hold was not looked at.
    return [rule for rule in chosen if rule.is_hazard or rule.check is None]


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


def _summary(loaded: Loaded, mesh: Mesh, kept: Sequence[LocatedFinding], ignored: int) -> Summary:
    counts = dict.fromkeys(Severity, 0)
    for found in kept:
        counts[found.severity] += 1
    return Summary(
        files=loaded.files,
        documents=len(loaded.documents),
        resources=len(mesh.resources),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
        ignored=ignored,
    )


def _order(found: LocatedFinding) -> tuple[str, int, int, str, str]:
    place = found.location
    return place.file, place.line, place.column, found.rule, found.message


def _locate_all(outcomes: Outcomes) -> Iterator[tuple[LocatedFinding, Resource]]:
    seen: set[tuple[str, str, Location]] = set()
    # Places of one document are found together, since its text is parsed anew for them.
    for rule, finding in sorted(without_consequences(outcomes.findings), key=_document):
        found = _locate(rule, finding)
        key = (found.rule, found.message, found.location)
        if key not in seen:  # two merged answers may lead to the very same words and place
            seen.add(key)
            yield found, finding.ref.resource
    for rule, resource, crash in outcomes.crashes:
        message = (
            f"rule {rule.id} crashed on {resource.title}: {crash}; "
            "please report this with the resource; --debug shows the traceback"
        )
        crashed = load_family("internal")[0]
        yield _locate(crashed, Finding(Ref(resource, ()), message)), resource


def _document(outcome: tuple[Rule, Finding]) -> tuple[str, int]:
    document = outcome[1].ref.resource.document
    return document.file, document.first_line


def _locate(rule: Rule, finding: Finding) -> LocatedFinding:
    resource = identify(finding.ref.resource)
    location = locate(finding.ref)
    return LocatedFinding(
        rule=rule.id,
        equivalents=rule.equivalents,
        severity=finding.severity or rule.severity,
        message=finding.message,
        resource=resource,
        location=location,
        related=tuple(
            RelatedPlace(related.message, identify(related.ref.resource), locate(related.ref))
            for related in finding.related
        ),
        fix=finding.fix or rule.fix or None,
        fingerprint=fingerprint_of(rule.id, *resource, location.path, finding.message),
    )


def _from_problem(rule: Rule, problem: Problem) -> LocatedFinding:
    return LocatedFinding(
        rule=rule.id,
        equivalents=rule.equivalents,
        severity=rule.severity,
        message=problem.message,
        resource=_NO_RESOURCE,
        location=locate_problem(problem),
        related=(),
        fix=rule.fix or None,
        fingerprint=fingerprint_of(rule.id, problem.file, problem.message),
    )
