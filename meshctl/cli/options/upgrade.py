"""Declares the options of ``upgrade``, and reads what it asks of a cluster."""

from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.connect import connect
from meshctl.cli.options.mesh_input import load_files, read_live
from meshctl.cli.options.shared import Input
from meshctl.inspect.upgrade.answer import Way, plan_upgrade
from meshctl.inspect.upgrade.plan import UpgradePlan
from meshctl.output.stderr import complain
from meshctl.settings import Settings
from meshctl.upgrades.release import LAST_RELEASED, OLDEST, parse_release
from meshctl.upgrades.upgrade import Cluster

_RELEASES = tuple(f"1.{minor}" for minor in range(OLDEST, LAST_RELEASED + 1))
To = Annotated[
    str,
    typer.Option(
        "--to", metavar="VERSION", help="The release that is wanted, such as 1.31.",
        autocompletion=complete.values(*_RELEASES),
    ),
]  # fmt: skip
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="VERSION", help="The release that runs, instead of the one found.",
        autocompletion=complete.values(*_RELEASES),
    ),
]  # fmt: skip


def read_plan(chosen: Input, settings: Settings, start: str | None, target: str) -> UpgradePlan:
    """Read files and the cluster, and plan the upgrade."""
    to = parse_release("--to", target)
    since = parse_release("--from", start) if start is not None else None
    files = load_files(chosen.paths, settings.rendering, with_others=True)
    if not chosen.is_live:
        return plan_upgrade(files, None, settings, Way(since, to))
    from meshctl.cluster.platform import read_platform

    live = read_live(chosen.access, settings, files)
    found = read_platform(connect(chosen.access))
    for reason in found.unread:
        complain(f"not everything was read, of {reason}")
    live = live._replace(documents=[*live.documents, *found.documents])
    return plan_upgrade(files, live, settings, Way(since, to, Cluster(found.kubernetes)))
