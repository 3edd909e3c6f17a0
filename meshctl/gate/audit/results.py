"""What an audit found, as plain data that two processes can pass."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from meshctl.engine.report import LocatedFinding, Report


class AuditFinding(NamedTuple):
    """A finding of an audit."""

    rule: str
    severity: str
    message: str
    api_version: str
    kind: str
    namespace: str
    name: str
    fingerprint: str

    @classmethod
    def of(cls, found: LocatedFinding) -> "AuditFinding":
        """Take what outlives the mesh."""
        return cls(
            found.rule, str(found.severity), found.message, *found.resource, found.fingerprint
        )


class AuditResult(NamedTuple):
    """All findings, how long they took, and whether a rule crashed."""

    findings: tuple[AuditFinding, ...]
    seconds: float
    has_crashed: bool

    @property
    def counts(self) -> dict[tuple[str, str, str], int]:
        """Numbers by rule, severity and namespace."""
        return dict(
            Counter(
                (finding.rule, finding.severity, finding.namespace) for finding in self.findings
            )
        )


def pack(report: Report, seconds: float) -> tuple[Any, ...]:
    """Write a report as plain data."""
    return [tuple(AuditFinding.of(finding)) for finding in report.findings], seconds, report.crashed


def unpack(data: tuple[Any, ...]) -> AuditResult:
    """Read what ``pack`` has written."""
    findings, seconds, has_crashed = data
    return AuditResult(tuple(AuditFinding(*finding) for finding in findings), seconds, has_crashed)


def appeared(
    before: Iterable[AuditFinding], after: Iterable[AuditFinding]
) -> tuple[list[AuditFinding], list[AuditFinding]]:
    """List what is found anew, and what is found no more."""
    earlier = {finding.fingerprint: finding for finding in before}
    later = {finding.fingerprint: finding for finding in after}
    new = [finding for key, finding in later.items() if key not in earlier]
    return new, [finding for key, finding in earlier.items() if key not in later]
