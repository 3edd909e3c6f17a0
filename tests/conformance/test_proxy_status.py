"""Do the recorded answers of an istiod 1.31 read as istioctl 1.31 shows them?

`syncz.json` was recorded some minutes after `proxy-status.txt`, so that ages are left out.
"""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.sync import KnownProxies, read_answers
from meshctl.inspect.proxies.versions import versions
from meshctl.output.proxies.table import table, wide_table

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/cluster"
NOW = datetime(2026, 11, 21, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded cluster is not in {DATA}: nothing was compared"
)


def recorded() -> KnownProxies:
    body = (DATA / "istiod/syncz.json").read_bytes()
    return read_answers([IstiodAnswer("istiod-747d99dc8f-zpsp7", "default", "1.31.0", body)])


def printed(file: str) -> list[dict[str, str]]:
    """Read a table of istioctl, without the ages."""
    lines = (DATA / "istioctl" / file).read_text().split("[stdout]\n")[1].split("[stderr]")[0]
    head, *rows = [re.split(r" {2,}", line.strip()) for line in lines.splitlines()]
    assert rows
    return [
        {name: re.sub(r" \(\d.*\)$", "", cell) if "(C" not in cell else cell
         for name, cell in zip(head, row, strict=True)}
        for row in rows
    ]  # fmt: skip


def ours(made: tuple[tuple[str, ...], list[tuple[object, ...]]]) -> list[dict[str, str]]:
    columns, rows = made
    return [
        {name.upper(): re.sub(r" \(\d.*\)$", "", str(cell))
         for name, cell in zip(columns, row, strict=True)}
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "make"), [("proxy-status.txt", table), ("proxy-status-v1.txt", wide_table)]
)
def test_every_row_and_column_of_istioctl_is_there(file: str, make) -> None:
    expected = printed(file)
    shown = ours(make(recorded().proxies, NOW))
    assert expected == [{name: row[name] for name in expected[0]} for row in shown]


def test_the_rejected_listener_has_its_reason() -> None:
    [rejected] = [one for one in recorded().proxies if one.worst == "ERROR"]
    assert "Error adding/updating listener(s) virtualInbound: lab-injected rejection" == (
        rejected.types["LDS"].reason
    )


def test_versions_are_those_of_istioctl() -> None:
    text = (DATA / "istioctl/version-json.txt").read_text().split("[stdout]\n")[1]
    istioctl = json.loads(text.split("[stderr]")[0])
    counts: dict[str, int] = {}
    for one in istioctl["dataPlaneVersion"]:
        counts[one["IstioVersion"]] = counts.get(one["IstioVersion"], 0) + 1
    found = versions("", (), recorded())
    assert counts == {one.version: one.proxies for one in found.data_plane}
