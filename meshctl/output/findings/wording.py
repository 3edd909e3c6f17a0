"""Words the outcome of a report, its fixes and its places."""

from meshctl.engine.report import EVERY_RULE, LocatedFinding, Location, Report, Summary
from meshctl.words import amount


def counts(summary: Summary) -> str:
    """Name every count of findings, zeros too: ``3 errors, 1 warning, 0 infos``."""
    return ", ".join(
        (
            amount(summary.errors, "error"),
            amount(summary.warnings, "warning"),
            amount(summary.infos, "info"),
        )
    )


def outcome(report: Report) -> str:
    """Say in one line how much was analysed, what came out and what is missing from it."""
    summary = report.summary
    aside = asides(report)
    note = f" ({aside})" if aside else ""
    if report.findings:
        return f"{analysed(summary)}: {counts(summary)}{note}"
    if not summary.resources:
        if not summary.files:
            return f"Nothing was analysed: no Kubernetes resource, and no YAML or JSON file{note}."
        where = f"in {amount(summary.files, 'file')}"
        return f"Nothing was analysed: no Kubernetes resource {where}{note}."
    if note or report.notes:
        return f"Nothing found in {analysed(summary)}{note}."
    return f"All good: nothing found in {analysed(summary)}."


def analysed(summary: Summary) -> str:
    """Say how much was analysed; a live mesh has no files to count."""
    resources = amount(summary.resources, "resource")
    return f"{amount(summary.files, 'file')}, {resources}" if summary.files else resources


def asides(report: Report) -> str:
    """Say what the counts leave out: ``2 ignored, 4 rules not fully checked``."""
    parts = []
    if report.summary.ignored:
        parts.append(f"{report.summary.ignored} ignored")
    if report.summary.skipped:
        parts.append(f"{amount(report.summary.skipped, 'document')} skipped as no manifests")
    if report.summary.broken:
        parts.append(f"{amount(report.summary.broken, 'document')} not analysed")
    rules = {item.rule for item in report.not_checked}
    if EVERY_RULE in rules:
        parts.append("not fully checked")
    elif rules:
        parts.append(f"{amount(len(rules), 'rule')} not fully checked")
    if report.crashed:
        parts.append("incomplete: a rule crashed")
    return ", ".join(parts)


def effective_fix(report: Report, finding: LocatedFinding) -> str | None:
    """Give the fix of this very finding, else the general one of its rule."""
    if finding.fix:
        return finding.fix
    rule = report.rules.get(finding.rule)
    return (rule.fix or None) if rule else None


def unchecked_reasons(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    """Group what was not checked by reason, in the order of the report."""
    rules: dict[str, dict[str, None]] = {}
    for item in report.not_checked:
        rules.setdefault(item.reason, {})[item.rule] = None
    return [(reason, tuple(names)) for reason, names in rules.items()]


def place(location: Location) -> str:
    """Name a place so that editors and terminals can jump to it: ``file:line:column``."""
    return f"{location.file}:{location.line}:{location.column}"


def last_line(location: Location) -> int:
    """Say which line is the last with text of the span; a block may end where the next begins."""
    empty = location.end_line > location.line and location.end_column <= 1
    return location.end_line - 1 if empty else location.end_line
