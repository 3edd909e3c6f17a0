"""Does no change stumble over objects and values of any shape?"""

import copy
import random
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import rows_from_1_27
import rows_to_1_22
import rows_to_1_26
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from planning import plan

from meshctl.output.upgrade.form import write_plan_json
from meshctl.output.upgrade.text import write_plan_text

OBJECTS = [
    one
    for rows in (rows_to_1_22.ROWS, rows_to_1_26.ROWS, rows_from_1_27.ROWS)
    for pair in rows.values()
    for mesh in pair
    for one in yaml.safe_load_all(mesh)
]
VALUES = {
    "pilot": {"env": {"PILOT_HTTP10": "1"}, "cni": {"enabled": True}, "taint": {"enabled": True}},
    "global": {"proxy": {"image": "a/b:1.27"}, "tag": "1.27.1"},
    "cni": {"excludeNamespaces": ["shop"], "ambient": {"enabled": True}},
    "meshConfig": {
        "defaultConfig": {"proxyMetadata": {"A": "b"}, "tracing": {"zipkin": {}}},
        "extensionProviders": [{"name": "a", "lightstep": {}}],
        "discoverySelectors": [{"matchLabels": {"a": "b"}}],
    },
}
JUNK = [None, 1, "x", [], {}, [1], {"a": 1}, True, [None], [{}], "1.2.3.4/99", "%(", 1.5, "*"]


def changed(node: Any, draw: random.Random, depth: int = 0) -> Any:
    """Put junk in some places of a tree, but for what names the kind."""
    if isinstance(node, dict):
        return {
            key: draw.choice(JUNK)
            if draw.random() < 0.06 and key not in {"kind", "apiVersion"}
            else changed(value, draw, depth + 1)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [changed(one, draw, depth + 1) for one in node]
    return draw.choice(JUNK) if draw.random() < 0.04 and depth > 1 else node


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_a_plan_is_made_of_anything(seed: int) -> None:
    draw = random.Random(seed)
    some = [changed(copy.deepcopy(one), draw) for one in draw.sample(OBJECTS, 50)]
    mesh = "---\n".join(yaml.safe_dump(one) for one in some)
    values = yaml.safe_dump(changed(VALUES, draw))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MESHCTL_DEBUG", "1")
        found = plan(Path(folder), "1.32", start="1.19", mesh=mesh, istiod_values=values)
    write_plan_text(found, StringIO(), everything=True)
    write_plan_json(found, StringIO())
    assert not found.report.crashed
