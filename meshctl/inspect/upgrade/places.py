"""Locates the places that a change concerns; only one of each has its lines with it."""

from meshctl.engine.located.masked_findings import mask
from meshctl.engine.locations import identify_at, locate
from meshctl.engine.report import LocatedFinding, Location, RelatedPlace
from meshctl.inspect.upgrade.plan import Behaviour
from meshctl.resources.view import path_text
from meshctl.rules.api import Rule, Severity
from meshctl.upgrades.change import Hit


def located(rule: Rule, hit: Hit, severity: Severity) -> LocatedFinding:
    """Make a finding of one place, without source lines: a change may have thousands."""
    ref = hit.ref.resource.origin(hit.ref)
    document = ref.resource.document
    written = document.written(ref.resource.prefix + ref.path, key=ref.key)
    span = written.span
    place = Location(
        written.file, span.line, span.column, span.end_line, span.end_column,
        path_text(ref.path), None,
    )  # fmt: skip
    return LocatedFinding(
        rule.id, rule.equivalents, severity, hit.note, identify_at(hit.ref), place, (),
        rule.fix or None, "",
    )  # fmt: skip


def with_frame(finding: LocatedFinding, hit: Hit) -> LocatedFinding:
    """Add the source lines, and keep secrets out of the sentence."""
    return mask(finding._replace(location=locate(hit.ref)), hit.ref.resource)


def related(finding: LocatedFinding, hit: Hit) -> RelatedPlace:
    """Make a further place of a finding of it."""
    safe = mask(finding._replace(fix=None), hit.ref.resource)
    return RelatedPlace(safe.message, safe.resource, safe.location)


def behaviour(finding: LocatedFinding, hit: Hit) -> Behaviour:
    """Say what changes at a place, without secrets."""
    alone = finding._replace(related=(), fix=None)
    note, was, now = (
        mask(alone._replace(message=text), hit.ref.resource).message
        for text in (hit.note, hit.was, hit.now)
    )
    return Behaviour(note, was, now)
