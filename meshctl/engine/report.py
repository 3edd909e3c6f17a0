"""The frozen report that every renderer reads."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.rules.api import Rule, Severity

if TYPE_CHECKING:
    from _hashlib import HASH


class ResourceId(NamedTuple):
    """Which object a finding is about; empty strings for text that is not an object."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def title(self) -> str:
        """How text output names the object: ``Gateway default/shop``."""
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name}"

    def form(self) -> dict[str, str]:
        """Write it for programs, as every JSON format of ours does."""
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
        }


class Frame(NamedTuple):
    """Source lines for a code frame; ``first_line`` is the number of the first, from 1."""

    first_line: int
    lines: tuple[str, ...]


class Location(NamedTuple):
    """A place in a file: lines and columns from 1, end column exclusive, path like kubectl's."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    path: str
    frame: Frame | None

    def form(self) -> dict[str, Any]:
        """Write it for programs, without the source lines."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "path": self.path,
        }


class RelatedPlace(NamedTuple):
    """A place that explains a finding."""

    message: str
    resource: ResourceId
    location: Location


class FileEdit(NamedTuple):
    """Characters of a file, as in ``Location``, and what stands there afterwards."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    @property
    def start(self) -> tuple[int, int]:
        """The line and column of the first character."""
        return self.line, self.column

    @property
    def end(self) -> tuple[int, int]:
        """The line and column behind the last character."""
        return self.end_line, self.end_column

    def touches(self, other: "FileEdit") -> bool:
        """Do two edits of one file overlap, or stand side by side?"""
        is_one_file = self.file == other.file
        return is_one_file and self.start <= other.end and other.start <= self.end

    def is_added_beside(self, other: "FileEdit") -> bool:
        """Do two edits add keys or items at one place, one behind the other?"""
        is_one_place = self.start == self.end == other.start == other.end
        return is_one_place and all(
            file_edit.text.startswith(("\n", "\r\n", ",")) for file_edit in (self, other)
        )


def fingerprint_of(rule: str, *parts: str) -> str:
    """Compute a fingerprint of a rule's id and what tells one of its findings from another."""
    if not parts:
        return _begun(rule).hexdigest()[:32]
    first, *rest = parts
    made = _begun(rule, first)
    if rest:
        made = made.copy()
        made.update("".join(f"\0{part}" for part in rest).encode("utf-8", "replace"))
    return made.hexdigest()[:32]


@lru_cache(maxsize=16)
def _begun(*parts: str) -> "HASH":
    """Begin a fingerprint; many findings share a first part, which may be a long text."""
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL; without findings nobody needs it

    return sha256("\0".join(parts).encode("utf-8", "replace"))


class LocatedFinding(NamedTuple):
    """One finding with its place in a file.

    ``fingerprint`` stays the same when lines, files and other findings move, and is unique in a
    report. It is made of the rule, the ``anchor``, which findings about one value share, and the
    ``number`` among those. ``clusters`` are those in which it holds, where the mesh has several.
    """

    rule: str
    equivalents: tuple[str, ...]
    severity: Severity
    message: str
    resource: ResourceId
    location: Location
    related: tuple[RelatedPlace, ...]
    fix: str | None
    anchor: str
    edits: tuple[FileEdit, ...] = ()
    """What mends it, all of it or nothing; none where no program can."""
    is_safe: bool = True
    """Are the edits right whatever the author wanted?"""
    repeats_secrets: bool = False
    """Do the edits write a secret value again? They mend the file, and no report shows them."""
    clusters: tuple[str, ...] = ()
    is_told_once: bool = False
    """Does it speak for all places of its subject, whatever objects they are in?"""
    number: int = 0
    """Of findings with one rule and anchor, which one is it? The first has none."""

    @property
    def shown_edits(self) -> tuple[FileEdit, ...]:
        """The edits that a report may show."""
        return () if self.repeats_secrets else self.edits

    @property
    def fingerprint(self) -> str:
        """What tells this finding from all others."""
        return self.fingerprint_as(self.rule)

    def fingerprint_as(self, rule: str) -> str:
        """Compute the fingerprint it would have under another id of its rule."""
        numbers = (str(self.number),) if self.number else ()
        return fingerprint_of(rule, self.anchor, *numbers)


EVERY_RULE = "*"
"""What ``NotCheckedRule`` names where no rule could know."""


class NotCheckedRule(NamedTuple):
    """A rule that could not know something, and why."""

    rule: str
    reason: str


class Summary(NamedTuple):
    """How much was analysed, and how much was found.

    ``skipped`` counts the documents that are no Kubernetes manifests, ``broken`` those that a
    finding keeps from being analysed; neither is among the ``documents``.
    """

    files: int
    documents: int
    resources: int
    errors: int
    warnings: int
    infos: int
    ignored: int
    skipped: int = 0
    broken: int = 0


def counted(findings: Iterable[LocatedFinding]) -> dict[str, int]:
    """Count findings by severity, as a summary does."""
    counts = Counter(found.severity for found in findings)
    return {
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "infos": counts[Severity.INFO],
    }


class StaleEntry(NamedTuple):
    """An entry of a baseline that accepts nothing any more."""

    rule: str
    file: str


def page_address(base: str, rule: str) -> str:
    """Give the address of the page of a rule on a site: below its family."""
    return f"{base.rstrip('/')}/{rule}/"


class Report(NamedTuple):
    """Ordered findings (file, line, column, rule), what was not checked, and the counts.

    ``rules`` documents every rule that has a finding, for renderers that explain rules. A report
    ``is_incomplete`` where files could not be read. ``stale`` are entries of the baseline that
    accept nothing. ``root`` is the top of the repository where the user named it, ``docs_url`` where
    the pages of the rules are.
    """

    version: str
    findings: tuple[LocatedFinding, ...]
    not_checked: tuple[NotCheckedRule, ...]
    summary: Summary
    rules: dict[str, Rule]
    crashed: bool = False
    notes: tuple[str, ...] = ()
    """What users should write anew, such as old ids of rules; for standard error."""
    is_incomplete: bool = False
    stale: tuple[StaleEntry, ...] = ()
    root: str = ""
    docs_url: str = ""

    def with_findings(self, findings: Iterable[LocatedFinding]) -> "Report":
        """Give the report with some of its findings alone, and with their counts and rules."""
        kept = tuple(findings)
        named = {found.rule for found in kept}
        return self._replace(
            findings=kept,
            summary=self.summary._replace(**counted(kept)),
            rules={name: rule for name, rule in self.rules.items() if name in named},
        )

    def page_of(self, rule: str) -> str:
        """Give the address of the page of a rule; empty where nobody said where the pages are."""
        return page_address(self.docs_url, rule) if self.docs_url else ""
