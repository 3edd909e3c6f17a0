"""Plans upgrades of meshes that are written in tests."""

from pathlib import Path

from meshctl.engine.report import LocatedFinding
from meshctl.inspect.upgrade.answer import Way, plan_upgrade
from meshctl.inspect.upgrade.plan import Task, UpgradePlan
from meshctl.settings import Settings
from meshctl.sources.loader import load
from meshctl.upgrades.release import parse_release
from meshctl.upgrades.upgrade import Cluster


def plan(
    folder: Path, to: str, *, start: str | None = None, settings: Settings | None = None,
    cluster: Cluster | None = None, **files: str,
) -> UpgradePlan:  # fmt: skip
    """Plan an upgrade of files; their names are those of the arguments, ``__`` for a slash."""
    for name, text in files.items():
        file = folder / f"{name.replace('__', '/')}.yaml"
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
    since = parse_release("--from", start) if start is not None else None
    way = Way(since, parse_release("--to", to), cluster)
    return plan_upgrade(load([str(folder)], with_others=True), None, settings or Settings(), way)


def ids(found: UpgradePlan) -> set[str]:
    """The rows of the findings."""
    return {finding.rule.removeprefix("upgrade/") for finding in found.report.findings}


def finding(found: UpgradePlan, row: str) -> LocatedFinding:
    """The finding of one row."""
    [one] = [one for one in found.report.findings if one.rule == f"upgrade/{row}"]
    return one


def task(found: UpgradePlan, row: str) -> Task:
    """The task of one row."""
    [one] = [one for one in found.tasks if one.finding and one.finding.rule == f"upgrade/{row}"]
    return one
