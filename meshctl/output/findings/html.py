"""Writes a report as one HTML page: findings to filter, with their lines, and the mesh around them."""

from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from meshctl.engine.report import EVERY_RULE, LocatedFinding, Location, Report, ResourceId
from meshctl.inspect.overview import Overview, overview_of
from meshctl.inspect.routes.gateway_routes import alike
from meshctl.output.findings.code_frame import code_frame, gutter_width, numbered
from meshctl.output.findings.text_report.view import ReportView
from meshctl.output.findings.wording import (
    analysed,
    asides,
    effective_fix,
    outcome,
    place,
    unchecked_reasons,
)
from meshctl.output.page.filters import Filter, counted, filter_form
from meshctl.output.page.frame import Page, Section, write_page
from meshctl.output.page.markup import Markup, attributes, lines, table, text
from meshctl.output.routes.write import ROUTES, gateway_rows
from meshctl.output.tls.html import matrix_table
from meshctl.rules.api import Severity
from meshctl.words import amount, shortened

MOST = 4_600_000
"""Bytes of a page before frames are left out; without any frame 3,000 findings take 3 MB."""

_MOST_ROUTES = 2_000
_CONTEXT = 2
_SORTS = {"": "place", "rank": "severity", "rule": "rule", "namespace": "namespace"}
_LONGEST_MESSAGE = 4_000


def render(report: Report, out: TextIO, view: ReportView | None = None) -> None:
    """Write the page; frames are left out of the lightest findings where they would not fit."""
    view = view or ReportView()
    overview = overview_of(view.mesh, view.namespaces) if view.mesh is not None else None
    sections = tuple(_sections(report, view, overview))
    page = Page("meshctl report", tuple(_lead(report)), sections, version=report.version)
    write_page(page, out)


def _lead(report: Report) -> Iterator[str]:
    aside = asides(report)
    yield f"{analysed(report.summary)}{f' ({aside})' if aside else ''}"
    if not report.findings:
        yield outcome(report)


def _sections(report: Report, view: ReportView, overview: Overview | None) -> Iterator[Section]:
    if report.findings:
        yield Section("findings", "Findings", finding_list(report, view))
    if overview is not None and overview.matrices:
        yield Section("tls", "TLS in each namespace", [matrix_table(overview.matrices)])
    if overview is not None and overview.gateways:
        yield Section("routes", "Routes of gateways", _routes(overview))
    yield Section("unchecked", "Not fully checked", _unchecked(report))


def finding_list(report: Report, view: ReportView) -> Iterator[Markup]:
    """Write the counts, the filters and the findings of a report."""
    yield _counts(report)
    yield filter_form(
        "findings", [_by_severity(report)],
        [
            counted("rule", "Rule", (found.rule for found in report.findings)),
            counted("namespace", "Namespace", (f.resource.namespace for f in report.findings)),
            counted("team", "Team", map(view.team_of, report.findings)),
        ],
        _SORTS,
    )  # fmt: skip
    yield '<ol class="findings" data-filtered="findings">\n'
    items = [_item(report, found, view) for found in report.findings]
    frames, left_out = _fitting(report, sum(len((head + tail).encode()) for head, tail in items))
    for number, (head, tail) in enumerate(items):
        yield head
        yield frames.get(
            number, '<p class="effect">The lines are left out, for a smaller page.</p>'
        )
        yield tail
    yield "</ol>\n"
    if left_out:
        yield f"<p>The lines of {amount(left_out, 'finding')} are left out; -o text --all shows them.</p>\n"


def _counts(report: Report) -> Markup:
    known = Counter(found.severity for found in report.findings)
    items = "".join(
        f'<li class="{severity.value}"><b>{known[severity]}</b>{amount(known[severity], severity.value).partition(" ")[2]}</li>'
        for severity in Severity
    )
    return f'<ul class="counts">{items}</ul>\n'


def _by_severity(report: Report) -> Filter:
    known = Counter(found.severity for found in report.findings)
    counts = {severity.value: known[severity] for severity in Severity if known[severity]}
    return Filter("severity", "Severity", counts)


def _item(report: Report, found: LocatedFinding, view: ReportView) -> tuple[Markup, Markup]:
    """Write a finding as what comes before its frames, and what comes after."""
    anchor = f"f-{found.fingerprint}"
    level = found.severity.value
    marks = attributes({
        "id": anchor, "data-severity": level, "data-rank": 2 - found.severity.rank,
        "data-rule": found.rule, "data-namespace": found.resource.namespace,
        "data-team": view.team_of(found),
    })  # fmt: skip
    rule, page = report.rules.get(found.rule), report.page_of(found.rule)
    effect = " ".join(rule.docs.partition("Fix:")[0].split()) if rule is not None else ""
    fix = effective_fix(report, found)
    codes = f" ({', '.join(found.equivalents)})" if found.equivalents else ""
    message = found.message[:_LONGEST_MESSAGE]
    head = (
        f'<li{marks}><details><summary><span class="level {level}">{level}</span> {lines(message)}'
        f'<span class="where">{text(found.rule + codes)} · {_where(found.location, found.resource)}'
        '</span></summary><div class="details">'
    )
    tail = (
        f'<p class="effect">{text(effect)}</p>'
        + (f"<p><b>Fix:</b> {text(fix)}</p>" if fix else "")
        + (f"<p><a{attributes({'href': page})}>About this rule</a></p>" if page else "")
        + f'<p><a href="#{anchor}">Link to this finding</a></p></div></details></li>\n'
    )
    return head, tail


def _where(location: Location, resource: ResourceId) -> Markup:
    return text(f"{place(location)} {resource.title if any(resource) else ''}".rstrip())


def _fitting(report: Report, taken: int) -> tuple[dict[int, Markup], int]:
    """Write the frames that fit, the worst findings first; and count the findings without."""
    frames: dict[int, Markup] = {}
    worst_first = sorted(
        range(len(report.findings)), key=lambda index: -report.findings[index].severity.rank
    )
    for number in worst_first:
        shown = _frames(report.findings[number])
        taken += len(shown.encode())
        if taken > MOST:
            break
        frames[number] = shown
    return frames, len(report.findings) - len(frames)


def _frames(found: LocatedFinding) -> Markup:
    related = "".join(
        f"<p>See {_where(item.location, item.resource)}: {lines(item.message)}</p>"
        f"{_frame(item.location, '-', 'frame also')}"
        for item in found.related
    )
    return f"{_frame(found.location, '^', 'frame')}{related}"


def _frame(location: Location, mark: str, style: str) -> Markup:
    rows = code_frame(location, _CONTEXT, mark)
    if not rows:
        return ""
    gutter = gutter_width(rows)
    shown = (
        f"<i>{text(numbered(row, gutter))}</i>" if row.is_mark else text(numbered(row, gutter))
        for row in rows
    )
    return f'<pre class="{style}">{chr(10).join(shown)}</pre>'


def _routes(overview: Overview) -> Iterator[Markup]:
    left = _MOST_ROUTES
    for number, (gateway, names) in enumerate(alike(overview.gateways)):
        rows = [row[1:] for row in gateway_rows(gateway.name, gateway.routes)]
        shown = rows[: max(0, left)]
        left -= len(rows)
        title = f"{shortened(names)}: {amount(len(rows), 'route')}, in the order Envoy tries them"
        if len(shown) < len(rows):
            title += f"; {len(rows) - len(shown)} are left out, meshctl routes shows all"
        namespaces = [{"data-namespace": _namespaces(gateway.name, str(row[4]))} for row in shown]
        yield table(title, ROUTES[1:], shown, marks=namespaces, list_id=f"routes-{number}")


def _namespaces(gateway: str, service: str) -> tuple[str, ...]:
    """Name the namespaces that a route is about: its gateway's and its VirtualService's."""
    return tuple(dict.fromkeys(name.partition("/")[0] for name in (gateway, service) if name))


def _unchecked(report: Report) -> Iterator[Markup]:
    reasons = unchecked_reasons(report)
    if reasons:
        rows = (
            (reason, "every rule" if EVERY_RULE in rules else ", ".join(rules))
            for reason, rules in reasons
        )
        yield table(
            "What the input doesn't tell, and the rules that need it.", ("reason", "rules"), rows
        )
