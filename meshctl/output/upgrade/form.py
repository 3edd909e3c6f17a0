"""Writes the plan of an upgrade for programs: the report, with the plan beside its findings."""

from typing import Any, TextIO

from meshctl.inspect.upgrade.plan import Task, UpgradePlan
from meshctl.output.as_json.arrays import write_array
from meshctl.output.as_json.texts import json_text
from meshctl.output.findings.json_v1 import finding_data, preamble
from meshctl.upgrades.change import Phase


def write_plan_json(plan: UpgradePlan, out: TextIO) -> None:
    """Write the JSON form, one finding and one task a line (``schemas/upgrade-v1.json``)."""
    report = plan.report
    out.write("{\n")
    heads = {**preamble(report), **_way(plan)}
    out.writelines(f'  "{key}": {json_text(value)},\n' for key, value in heads.items())
    out.write('  "plan": {\n')
    for number, phase in enumerate(Phase):
        out.write(f'    "{phase.value}": ')
        write_array(out, (_task(task) for task in plan.tasks if task.phase is phase), "    ")
        out.write(",\n" if number < len(Phase) - 1 else "\n")
    out.write('  },\n  "findings": ')
    write_array(out, (finding_data(report, finding) for finding in report.findings), "  ")
    out.write(',\n  "not_checked": ')
    write_array(out, (rule._asdict() for rule in report.not_checked), "  ")
    out.write(f',\n  "unconcerned": {json_text(list(plan.unconcerned))}\n}}\n')


def _way(plan: UpgradePlan) -> dict[str, Any]:
    return {
        "from": plan.start.name,
        "to": plan.target.name,
        "steps": [release.branch for release in plan.way],
        "found": [
            {
                "version": version.version,
                "title": version.title,
                "location": version.location.form() if version.location is not None else None,
            }
            for version in plan.versions
        ],
        "changes": plan.known,
    }


def _task(task: Task) -> dict[str, Any]:
    finding, postponed, ended = task.finding, task.postponed, task.ended
    return {
        "release": task.release.branch,
        "rule": finding.rule if finding is not None else None,
        "severity": finding.severity.value if finding is not None else None,
        "title": task.title,
        "fix": task.fix,
        "places": task.places,
        "behaviour": [behaviour._asdict() for behaviour in task.behaviour],
        "postponed": None
        if postponed is None
        else {
            "by": postponed.text,
            "until": postponed.until.branch if postponed.until is not None else None,
        },
        "ended": ended.text if ended is not None else None,
    }
