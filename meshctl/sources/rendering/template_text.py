"""The texts of templates, read for the comments in them."""

import re
from collections.abc import Iterator, Mapping

from meshctl.sources.documents import Document, Span

_SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
_NO_CONTENT = re.compile(r"\s*(?:#|\{\{-?\s*/\*|---|$)")


class TemplateText(Document):
    """A part of a template, between separators; it holds no data."""

    __slots__ = ()

    def span(self, path: tuple[str | int, ...], *, key: bool = False) -> Span:  # noqa: ARG002
        """The first line with anything but comments, whatever the path is."""
        for number, line in enumerate(self.text.split("\n"), self.first_line):
            if not _NO_CONTENT.match(line):
                return Span(number, 1, number, len(line) + 1)
        return Span(self.first_line, 1, self.first_line, 1)


def template_texts(texts: Mapping[str, str]) -> Iterator[TemplateText]:
    """Cut templates at their separators."""
    for file, text in texts.items():
        start = 0
        for separator in (*_SEPARATOR.finditer(text), None):
            end = separator.start() if separator is not None else len(text)
            yield TemplateText(file, text.count("\n", 0, start) + 1, text[start:end], None)
            start = min(end, len(text))
            if separator is not None:
                start = separator.end() + 1
