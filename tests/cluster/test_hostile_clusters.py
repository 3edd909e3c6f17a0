"""Do recorded answers of hostile API servers end in findings or one sentence, in every live command?"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from api_kinds import known_kinds
from odd_cluster import versions_of
from test_odd_cluster import COMMANDS, run

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
CASES = sorted((SHARED / "data/trials/hostile/cluster").glob("*.json"))
PLURALS = {(kind.group, kind.plural): kind for kind in known_kinds(())}

pytestmark = pytest.mark.skipif(
    not CASES, reason=f"no hostile clusters below {SHARED}: nothing was replayed"
)


def recorded(file: Path) -> tuple[list[str], list[tuple[str, str]], list[Any]]:
    """Read a case: its command, and the objects with the kind that each was listed as."""
    case = json.loads(file.read_text())
    kinds, objects = [], []
    for (group, plural), items in case["objects"]:
        kind = PLURALS[group, plural]
        version = f"{group}/{kind.version}" if group else kind.version
        kinds += [(version, kind.kind)] * len(items)
        objects += items
    return case["argv"], kinds, objects


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_hostile_cluster_ends_in_findings_or_a_sentence(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    command, kinds, objects = recorded(file)
    for words in (command, *COMMANDS):
        code = run(monkeypatch, objects, versions_of(kinds), words, kinds)
        assert code in (0, 1, 2), words
