"""Sends the plan of an upgrade where it was asked for: the plan as text or JSON, else its report."""

from typing import TextIO

from meshctl.inspect.upgrade.plan import UpgradePlan
from meshctl.output.findings.outputs import Outputs
from meshctl.output.findings.text_report.view import ReportView
from meshctl.output.upgrade.form import write_plan_json
from meshctl.output.upgrade.text import write_plan_text
from meshctl.timing import phase


@phase("output")
def write_plan(plan: UpgradePlan, outputs: Outputs, view: ReportView) -> None:
    """Write a plan in every format that was asked for.

    Text and JSON hold the plan; the others are those of every report, as is ``--quiet``.
    """

    def write(name: str, plan: UpgradePlan, out: TextIO) -> None:
        if name == "json":
            write_plan_json(plan, out)
        elif name == "text" and not view.quiet:
            write_plan_text(plan, out, everything=view.everything)
        else:
            outputs.render(name, plan.report, out)

    report = outputs.shown(plan.report)
    shown = {finding.rule for finding in report.findings}
    tasks = (task for task in plan.tasks if task.finding is None or task.finding.rule in shown)
    outputs.destinations.write(plan._replace(report=report, tasks=tuple(tasks)), write)
