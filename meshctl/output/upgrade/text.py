"""Writes the plan of an upgrade for people: what to do before, during and after."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.engine.report import LocatedFinding
from meshctl.inspect.upgrade.plan import Task, UpgradePlan
from meshctl.output.colour import Paint, painter
from meshctl.output.findings.wording import counts, place, unchecked_reasons
from meshctl.output.terminal import hanging, width_of
from meshctl.upgrades.change import Phase
from meshctl.words import amount, one_line, visible

_MOST_PLACES = 3
_MOST_REASONS = 10
_RULES = 3
_HEADINGS = {Phase.BEFORE: "Before", Phase.DURING: "During", Phase.AFTER: "After"}


def write_plan_text(plan: UpgradePlan, out: TextIO, *, everything: bool) -> None:
    """Write the plan; ``everything`` shows all places of a finding."""
    paint, width = painter(out), width_of(out)
    texts = _lines(plan, paint, everything=everything)
    out.writelines(f"{line}\n" for text in texts for line in hanging(text, width))


def _lines(plan: UpgradePlan, paint: Paint, *, everything: bool) -> Iterator[str]:
    yield from _head(plan, paint)
    for phase in Phase:
        tasks = [task for task in plan.tasks if task.phase is phase]
        yield ""
        yield paint(_HEADINGS[phase], "file")
        release = ""
        told: set[str] = set()
        for task in tasks:
            if task.release.branch != release:
                release = task.release.branch
                yield f"  {paint(release, 'message')}"
            if task.finding is None:
                yield from _step_lines(task, paint, told)
            else:
                yield from _task_lines(task, task.finding, paint, everything=everything)
        if not tasks:
            yield "  nothing"
    yield ""
    yield from _others(plan, paint)
    yield from _unchecked(plan, paint, everything=everything)
    yield _end(plan, paint)


def _head(plan: UpgradePlan, paint: Paint) -> Iterator[str]:
    way = [release.branch for release in plan.way]
    by = f", by {', '.join(way[:-1])}" if len(way) > 1 else ""
    yield paint(f"Istio {plan.start.name} to {plan.target.name}{by}", "message")
    for version in plan.versions:
        where = f", {place(version.location)}" if version.location is not None else ""
        yield f"  {visible(version.title)} is of {version.version}{visible(where)}"


def _step_lines(task: Task, paint: Paint, told: set[str]) -> Iterator[str]:
    """Write a step; how it is done is written where it comes first."""
    yield f"    {paint('step', 'gutter')} {one_line(task.title)}"
    how = task.fix.replace(task.release.branch, "")
    if how not in told:
        told.add(how)
        yield f"      {one_line(task.fix)}"


def _task_lines(
    task: Task, finding: LocatedFinding, paint: Paint, *, everything: bool
) -> Iterator[str]:
    level = finding.severity.value
    yield f"    {paint(f'{level}[{finding.rule}]', level)} {paint(task.title, 'message')}"
    yield f"      {one_line(finding.message)}"
    for line in _place_lines(finding, paint, everything=everything):
        yield f"      {line}"
    changes = {(behaviour.was, behaviour.now): behaviour for behaviour in reversed(task.behaviour)}
    shown = [*reversed(changes.values())][: len(changes) if everything else _MOST_PLACES]
    for behaviour in shown:
        about = f" ({one_line(behaviour.subject)})" if len(shown) > 1 else ""
        if behaviour.was:
            yield f"      - {one_line(behaviour.was)}{about}"
        if behaviour.now:
            yield f"      + {one_line(behaviour.now)}"
    yield f"      {paint('fix:', 'fix')} {one_line(task.fix)}"


def _place_lines(finding: LocatedFinding, paint: Paint, *, everything: bool) -> Iterator[str]:
    places = [finding.location, *(related_place.location for related_place in finding.related)]
    most = len(places) if everything else _MOST_PLACES
    for location in places[:most]:
        yield f"{paint('-->', 'gutter')} {visible(place(location))}"
    if len(places) > most:
        yield f"    and {amount(len(places) - most, 'more place')}; --all lists them"


def _others(plan: UpgradePlan, paint: Paint) -> Iterator[str]:
    others = [
        finding for finding in plan.report.findings if not finding.rule.startswith("upgrade/")
    ]
    for other in others:
        level = other.severity.value
        yield f"{paint(f'{level}[{other.rule}]', level)} {one_line(other.message)}"
        yield f"  {paint('-->', 'gutter')} {visible(place(other.location))}"
        yield ""


def _unchecked(plan: UpgradePlan, paint: Paint, *, everything: bool) -> Iterator[str]:
    reasons = unchecked_reasons(plan.report)
    if not reasons:
        return
    yield paint("Not checked", "message")
    most = len(reasons) if everything else _MOST_REASONS
    for reason, rules in reasons[:most]:
        named = ", ".join(rules[:_RULES])
        more = f" and {len(rules) - _RULES} more" if len(rules) > _RULES else ""
        yield f"  {one_line(reason)}" + (f" ({named}{more})" if rules != ("*",) else "")
    if len(reasons) > most:
        yield f"  and {len(reasons) - most} more (--all lists them)"
    yield ""


def _end(plan: UpgradePlan, paint: Paint) -> str:
    report = plan.report
    found = [finding for finding in report.findings if finding.rule.startswith("upgrade/")]
    worst = max(
        (finding.severity for finding in report.findings), key=lambda s: s.rank, default=None
    )
    quiet = f"{len(plan.unconcerned)} of the {amount(plan.known, 'change')} on the way"
    style = worst.value if worst else "good"
    if not found:
        unsure = plan.known - len(plan.unconcerned)
        rest = f"; {amount(unsure, 'other')} could not be checked" if unsure else ""
        return paint(f"Nothing here is concerned by {quiet}{rest}.", style)
    ignored = f", {report.summary.ignored} ignored" if report.summary.ignored else ""
    return paint(f"{counts(report.summary)}{ignored}; {quiet} concern nothing here.", style)
