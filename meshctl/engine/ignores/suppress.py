"""Applies ignores to findings: comments, annotations, the config file.

Comments, annotations (ours, Istio's and Kiali's), the config file and the baseline. An ignore
that hides nothing is reported, so that old ones don't pile up.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshctl.engine.baseline import read_baseline
from meshctl.engine.ignores.unknown_ignores import unknown_names
from meshctl.engine.registry import RuleNames, old_ids
from meshctl.engine.report import LocatedFinding, StaleEntry
from meshctl.resources import Resource
from meshctl.rules.api import Rule
from meshctl.settings import IgnoreEntry, Settings
from meshctl.sources.documents import Document, Problem, Span
from meshctl.sources.ignore_comments import IgnoreComment, ignores

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_ANNOTATIONS = (
    "meshctl.io/ignore",
    "galley.istio.io/analyze-suppress",
    "kiali.io/ignore-validations",
)


@dataclass(slots=True, eq=False)
class _CommentIgnore:
    comment: IgnoreComment
    names: RuleNames
    used: bool = False


class IgnoreFilter:
    """Decides for each finding whether it is ignored, and remembers which ignores were used."""

    def __init__(self, settings: Settings, documents: Sequence[Document]) -> None:
        self.problems: list[Problem] = []
        self.named: list[tuple[str, str]] = []
        """The places that ignore something, each with a name of a rule written there."""
        self._comments: dict[str, list[_CommentIgnore]] = {}
        for document in documents:
            self._read_comments(document)
        self._entries = [_ConfigIgnore(entry, settings) for entry in settings.ignores]
        self._accepted = read_baseline(settings.baseline) if settings.baseline else {}
        self._met: set[str] = set()
        self._baseline_file = settings.baseline or ""
        self._is_whole = settings.whole_mesh or settings.alone
        self.problems += unknown_names(documents, self._comments_read())

    def ignores(self, finding: LocatedFinding, resource: Resource | None) -> bool:
        """Is this finding ignored by anything?"""
        return (
            self._by_baseline(finding)
            or self._by_comment(finding)
            or (resource is not None and self._by_annotation(finding, resource))
            or any(entry.covers(finding) for entry in self._entries)
        )

    def unused(self, ran: Iterable[Rule]) -> Iterator[Problem]:
        """Report comments that hid nothing, of rules that did run.

        In a part of a mesh only those of rules that judge an object by itself: what the others
        find may stand in the rest.
        """
        rules = [rule for rule in ran if self._is_whole or rule.judges_alone]
        for file, comments in self._comments.items():
            for ignore in comments:
                if not ignore.used and any(ignore.names.include(rule) for rule in rules):
                    yield _unused(file, ignore.comment)

    @property
    def asks_what_ran(self) -> bool:
        """Does it hold entries that are told about where the rules that they name did run?"""
        return bool(self._comments or self._accepted)

    def stale(self, ran: Container[str]) -> tuple[StaleEntry, ...]:
        """List the entries of the baseline that hid nothing, of rules that did run."""
        return tuple(
            entry
            for fingerprint, entry in self._accepted.items()
            if fingerprint not in self._met and entry.rule in ran
        )

    def _comments_read(self) -> Iterator[IgnoreComment]:
        for comments in self._comments.values():
            for ignore in comments:
                yield ignore.comment

    def expired(self) -> Iterator[Problem]:
        """Report entries of the config file whose date has passed."""
        for entry in self._entries:
            if entry.is_expired:
                message = (
                    f"the ignore of {', '.join(entry.rules)} expired on {entry.expires}; "
                    "its findings count again: mend them or extend it"
                )
                yield Problem("ignore-expired", message, entry.file, Span(1, 1, 1, 1))

    def _read_comments(self, document: Document) -> None:
        comments, problems = ignores(document)
        self.problems.extend(problems)
        for comment in comments:
            filed = self._comments.setdefault(document.file, [])
            filed.append(_CommentIgnore(comment, RuleNames(comment.rules)))
            self.named += [(f"{document.file}:{comment.line}", name) for name in comment.rules]

    def _by_comment(self, finding: LocatedFinding) -> bool:
        hidden = False
        places = (finding.location, *(place.location for place in finding.related))
        for place in places:
            for comment_ignore in self._comments.get(place.file, ()):
                if (
                    comment_ignore.comment.first_line
                    <= place.line
                    <= comment_ignore.comment.last_line
                    and comment_ignore.names.match(finding.rule, finding.equivalents)
                ):
                    comment_ignore.used = hidden = True
        return hidden

    def _by_baseline(self, finding: LocatedFinding) -> bool:
        if not self._accepted:
            return False
        old = {finding.fingerprint_as(name): name for name in old_ids(finding.rule)}
        for fingerprint in (finding.fingerprint, *old):
            if fingerprint in self._accepted:
                self._met.add(fingerprint)
                if fingerprint in old:
                    self.named.append((self._baseline_file, old[fingerprint]))
                return True
        return False

    def _by_annotation(self, finding: LocatedFinding, resource: Resource) -> bool:
        for key in _ANNOTATIONS:
            text = resource.annotations.get(key)
            # Kiali reads an empty value as "everything".
            names = (text or "*").split(",") if text is not None else []
            if names and RuleNames(names).match(finding.rule, finding.equivalents):
                where = f"{resource.title}, annotation {key}"
                self.named += [(where, name.strip()) for name in names]
                return True
        return False


class _ConfigIgnore:
    def __init__(self, entry: IgnoreEntry, settings: Settings) -> None:
        self.file = settings.config_file or ""
        self.rules = entry.rules
        self.expires = entry.expires
        self.is_expired = entry.expires is not None and entry.expires < datetime.now(tz=UTC).date()
        self._root = Path(self.file).resolve().parent if self.file else Path.cwd()
        self._names = RuleNames(entry.rules)
        self._namespaces = frozenset(entry.namespaces)
        self._paths = _path_patterns(entry.paths) if entry.paths else None

    def covers(self, finding: LocatedFinding) -> bool:
        if self.is_expired or not self._names.match(finding.rule, finding.equivalents):
            return False
        if self._namespaces and finding.resource.namespace not in self._namespaces:
            return False
        return self._paths is None or self._paths.match_file(self._relative(finding))

    def _relative(self, finding: LocatedFinding) -> str:
        file = Path(finding.location.file).resolve()
        return str(file.relative_to(self._root) if file.is_relative_to(self._root) else file)


def _path_patterns(lines: Sequence[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - slow to import, and seldom needed

    return GitIgnoreSpec.from_lines(lines)


def _unused(file: str, comment: IgnoreComment) -> Problem:
    names = ", ".join(comment.rules)
    message = f"nothing here has a finding of {names}; remove the ignore"
    return Problem("ignore-unused", message, file, Span(comment.line, 1, comment.line, 2))
