"""The words of reports for amounts, outcomes, fixes and characters that can't be shown."""

from meshctl.engine.report import LocatedFinding, Location, Report, Summary

_SPACE = 0x20
_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
_REPLACEMENT = "\ufffd"


def amount(number: int, noun: str) -> str:
    """Count things: ``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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
        where = f"in {amount(summary.files, 'file')}"
        return f"Nothing was analysed: no Kubernetes resource {where}{note}."
    if note:
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
    unchecked = len({item.rule for item in report.not_checked})
    if unchecked:
        parts.append(f"{amount(unchecked, 'rule')} not fully checked")
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


def message_lines(message: str) -> list[str]:
    """Split a message into lines that are safe to show; mostly it is one."""
    return [visible(line) for line in message.splitlines()] or [""]


def one_line(text: str) -> str:
    """Write text on one line that is safe to show."""
    return visible(" ".join(text.split()))


def visible(text: str) -> str:
    """Show what a terminal would hide or obey: control, format and unpaired characters.

    Control characters become their pictures (ESC becomes U+241B), all others U+FFFD, so that
    text from a file can neither forge output nor hide a zero-width space.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _picture(ord(char)) for char in text)


def _picture(code: int) -> str:
    if code < _SPACE:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else _REPLACEMENT
