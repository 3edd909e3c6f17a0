"""Keeps where findings stand from one analysis to the next, as long as their texts do."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from meshctl.engine.report import LocatedFinding
from meshctl.rules.api import Finding, Rule
from meshctl.sources.documents import Document
from meshctl.sources.kept_files import KeptDocument

_Texts = list[tuple[Document, int, str]]


class _Known(NamedTuple):
    finding: Finding
    rule: Rule
    texts: _Texts
    located: LocatedFinding


class KeptPlaces:
    """The places of findings that stay the same ones."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._asked: dict[int, _Known] = {}

    def of(
        self, rule: Rule, finding: Finding, locate: Callable[[Rule, Finding], LocatedFinding]
    ) -> LocatedFinding:
        """Give the place of a finding as ``locate`` does, which is asked where a text has changed."""
        texts = [(one, one.first_line, one.text) for one in _documents(finding)]
        known = self._known.get(id(finding))
        if known is None or known.rule is not rule or known.texts != texts:
            known = _Known(finding, rule, texts, locate(rule, finding))
        if all(isinstance(document, KeptDocument) for document, *_ in texts):
            self._asked[id(finding)] = known
        return known.located

    def forget_the_rest(self) -> None:
        """Drop what nobody asked for since the last time."""
        self._known, self._asked = self._asked, {}


def _documents(finding: Finding) -> Iterator[Document]:
    yield finding.ref.resource.document
    yield from (related.ref.resource.document for related in finding.related)
    yield from (edit.ref.resource.document for edit in finding.edits)
