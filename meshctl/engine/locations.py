"""Locates symbolic places in files."""

from meshctl.engine.report import Frame, Location, ResourceId
from meshctl.resources import Ref, Resource
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.resources.view import path_text
from meshctl.sources.documents import Document, Problem, Span, Written

_CONTEXT = 2
_LONGEST_FRAME = 12


def locate(ref: Ref) -> Location:
    """Turn a symbolic place into lines and columns with the source around them."""
    return locate_all_of(ref)[0]


def written(ref: Ref) -> Written:
    """Find the file, lines and columns of a place, without the source around, which costs as much again."""
    ref = ref.resource.origin(ref)
    return ref.resource.document.written(ref.resource.prefix + ref.path, key=ref.key)


def span_of(ref: Ref) -> Span:
    """Find the lines and columns of a place, without its file and the source around."""
    return written(ref).span


def locate_all_of(ref: Ref) -> tuple[Location, tuple[tuple[str, Location], ...]]:
    """Locate a place, and the places that explain where its text came from, each with why."""
    ref = ref.resource.origin(ref)
    document = ref.resource.document
    found = written(ref)
    path = path_text(ref.path)
    place = _location(found.file, found.span, path, _frame(document, found.file, found.span))
    related = [
        (text.message, _location(text.file, text.span, "", _frame(document, text.file, text.span)))
        for text in found.related
    ]
    if found.note:
        related.append((found.note, place))
    return place, tuple(related)


def _frame(document: Document, file: str, span: Span) -> Frame:
    first = max(span.line - _CONTEXT, 1)
    last = min(span.end_line, span.line + _LONGEST_FRAME) + _CONTEXT
    if file == document.file:
        first = max(first, document.first_line)
    return Frame(first, document.source_lines(file, first, last))


def locate_problem(problem: Problem) -> Location:
    """Place a problem that the loader found."""
    frame = Frame(problem.span.line, problem.lines) if problem.lines else None
    return _location(problem.file, problem.span, "", frame)


def identify_at(ref: Ref) -> ResourceId:
    """Name the object at a place: of what istiod makes itself, the one that somebody wrote."""
    return identify(ref.resource.origin(ref).resource)


def identify(resource: Resource) -> ResourceId:
    """Name the object for the report; a namespace that nobody knows is empty."""
    home = "" if resource.namespace == UNKNOWN_NAMESPACE else resource.namespace
    return ResourceId(resource.api_version, resource.kind, home, resource.name)


def _location(file: str, span: Span, path: str, frame: Frame | None) -> Location:
    return Location(file, span.line, span.column, span.end_line, span.end_column, path, frame)
