"""Does ``check-inject`` say what ``istioctl x check-inject`` of 1.31 said about a cluster?"""

import os
import re
from pathlib import Path

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.injection.explanation import answer
from meshctl.mesh import Mesh
from meshctl.settings import Settings
from meshctl.sources.loader import load

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/cluster"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of a cluster are not in {DATA}: nothing was compared"
)


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return load_mesh(load([str(DATA / "api")]), Settings(whole_mesh=True))


def recorded(name: str) -> tuple[str, list[tuple[str, str, bool, str]]]:
    text = COLOUR.sub("", (DATA / "istioctl" / f"{name}.txt").read_text(encoding="utf-8"))
    table = text.partition("[stdout]\n")[2].partition("[stderr]")[0].splitlines()[1:]
    rows = [re.split(r"\s{2,}", line.strip(), maxsplit=3) for line in table]
    return text.splitlines()[0].split()[-1], [
        (webhook, revision, mark == "✔", gist(reason)) for webhook, revision, mark, reason in rows
    ]


def gist(reason: str) -> str:
    """What a reason comes to, in whatever words."""
    if "deactivated" in reason:
        return "deactivated"
    return ", ".join(re.findall(r"(?i:namespace|pod) label \S+=\S+ \w+", reason)).lower()


@needs_data
@pytest.mark.parametrize("name", ["check-inject-pod", "check-inject-deploy"])
def test_every_row_of_istioctl(mesh: Mesh, name: str) -> None:
    target, rows = recorded(name)
    (form,) = answer(mesh, target, "default", Settings())
    assert rows == [
        (one.name, one.revision, one.injects, gist(one.reason)) for one in form.webhooks
    ]
    assert form.verdict == "injected"
