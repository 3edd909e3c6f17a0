"""Finds ignores that name a rule that doesn't exist, in comments and annotations."""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.engine.registry import RuleNames, check_names
from meshctl.errors import UsageError
from meshctl.sources.documents import Document, Problem, Span
from meshctl.sources.ignore_comments import IgnoreComment

ANNOTATION = "meshctl.io/ignore"


def unknown_names(
    documents: Sequence[Document], comments: Iterable[IgnoreComment]
) -> Iterator[Problem]:
    """Report each name that stands for no rule, with the closest one that exists."""
    for comment in comments:
        span = Span(comment.line, 1, comment.line, 2)
        for message in _complaints(comment.rules):
            yield Problem("ignore-unknown-rule", message, comment.file, span)
    for document in documents:
        if document.text and ANNOTATION in document.text:
            yield from _annotated(document)


def _annotated(document: Document) -> Iterator[Problem]:
    metadata = document.data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(ANNOTATION) if isinstance(annotations, dict) else None
    if isinstance(text, str):
        span = document.span(("metadata", "annotations", ANNOTATION))
        lines = document.source_lines(document.file, span.line, span.line)
        for message in _complaints(text.split(",")):
            yield Problem("ignore-unknown-rule", message, document.file, span, lines)


def _complaints(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        try:
            check_names(RuleNames([name]))
        except UsageError as error:
            yield f"this ignores nothing: {error}"
