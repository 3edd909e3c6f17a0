"""Turns the outcomes of rules into findings with lines, in the order of the report."""

from collections.abc import Iterator

from meshctl.engine.deduplicate import without_consequences
from meshctl.engine.located.fingerprints import anchor_of_place, anchor_of_problem
from meshctl.engine.located.masked_findings import mask
from meshctl.engine.locations import identify_at, locate, locate_all_of, locate_problem
from meshctl.engine.registry import load_family
from meshctl.engine.report import FileEdit, LocatedFinding, Location, RelatedPlace, ResourceId
from meshctl.engine.runner import Outcomes
from meshctl.resources import Ref, Resource
from meshctl.rules.api import Edit, Finding, Rule
from meshctl.sources.documents import Problem

_NO_RESOURCE = ResourceId("", "", "", "")


def order(found: LocatedFinding) -> tuple[str, int, int, str, str]:
    """Order findings by file, line, column and rule."""
    place = found.location
    return place.file, place.line, place.column, found.rule, found.message


def locate_all(outcomes: Outcomes) -> Iterator[tuple[LocatedFinding, Resource]]:
    """Walk the findings with the objects that they are about; crashes are findings, too."""
    seen: set[tuple[str, str, Location]] = set()
    # Places of one document are found together, since its text is parsed anew for them.
    for rule, finding in sorted(without_consequences(outcomes.findings), key=_document):
        places = outcomes.places
        found = places.of(rule, finding, _locate) if places else _locate(rule, finding)
        place = found.location._replace(path="", frame=None)
        key = (found.rule, found.message, place)
        if (
            key not in seen
        ):  # two answers, or two turns of a template, may have the same words and place
            seen.add(key)
            yield found, _origin(finding.ref).resource
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


def _as_written(finding: Finding) -> Finding:
    """Place a finding where somebody wrote what it is about, and edit nothing that was made of it."""
    return finding._replace(
        ref=_origin(finding.ref),
        related=tuple(related._replace(ref=_origin(related.ref)) for related in finding.related),
        edits=finding.edits if all(_origin(edit.ref) == edit.ref for edit in finding.edits) else (),
    )


def _origin(ref: Ref) -> Ref:
    return ref.resource.origin(ref)


def _locate(rule: Rule, finding: Finding) -> LocatedFinding:
    finding = _as_written(finding)
    resource = identify_at(finding.ref)
    location, origins = locate_all_of(finding.ref)
    edits = _edits(finding) if finding.edits else ()
    found = LocatedFinding(
        rule=rule.id,
        equivalents=rule.equivalents,
        severity=finding.severity or rule.severity,
        message=finding.message,
        resource=resource,
        location=location,
        related=(
            *(
                RelatedPlace(related.message, identify_at(related.ref), locate(related.ref))
                for related in finding.related
            ),
            *(RelatedPlace(message, resource, place) for message, place in origins),
        ),
        fix=finding.fix or rule.fix or None,
        anchor=finding.subject or anchor_of_place(finding.ref),
        edits=edits,
        is_safe=finding.is_safe and not any(map(_quotes_a_flag, finding.edits, edits)),
        is_told_once=bool(finding.subject),
    )
    return mask(found, finding.ref.resource, *(one.ref.resource for one in finding.related))


def _edits(finding: Finding) -> tuple[FileEdit, ...]:
    """Find the characters that mend a finding; none where one of the edits can't be made."""
    from meshctl.yaml.text_edits import UnsafeEditError  # noqa: PLC0415 - few findings have edits

    found = []
    for edit in finding.edits:
        resource, path = edit.ref.resource, edit.ref.path
        try:
            span, text = resource.document.edit(resource.prefix + path, edit.action, edit.value)
        except UnsafeEditError:
            return ()
        found.append(FileEdit(resource.document.file, *span, text))
    return tuple(found)


def _quotes_a_flag(edit: Edit, made: FileEdit) -> bool:
    """Does an edit put a word such as ``on`` in quotes, which may mean itself or true?"""
    if edit.action != "quote":
        return False
    from meshctl.yaml.value_edits import WORDS_OF_FLAGS  # noqa: PLC0415 - few findings have edits

    return made.text.strip('"') in WORDS_OF_FLAGS


def from_problem(rule: Rule, problem: Problem) -> LocatedFinding:
    """Make a finding of what is wrong with a text."""
    return LocatedFinding(
        rule=rule.id,
        equivalents=rule.equivalents,
        severity=rule.severity,
        message=problem.message,
        resource=_NO_RESOURCE,
        location=locate_problem(problem),
        related=(),
        fix=rule.fix or None,
        anchor=anchor_of_problem(problem),
    )
