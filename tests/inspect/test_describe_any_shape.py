"""Whatever is written where, an answer is given, as text and as JSON."""

import copy
import json
from contextlib import suppress
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.inspect.describe import describe
from meshctl.inspect.injection.explanation import answer
from meshctl.mesh import Mesh
from meshctl.output.describe.text import lines
from meshctl.output.describe.write import description_form
from meshctl.output.injection.write import sentence, tables
from meshctl.resources import Gateway, KubernetesGateway, Service, Workload
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import load

BAKERY = [one.data for one in load([str(Path(__file__).parent / "meshes/bakery.yaml")]).documents]
NAMED = (
    ("pod", Workload), ("service", Service), ("gateway", Gateway), ("gateway", KubernetesGateway),
)  # fmt: skip
JUNK = st.sampled_from([
    None, 1, -1, 3.5, True, "", "x", "*", "a.b/c", [], [None], [{}], ["x"], {}, {"x": 1},
    {"name": None},
])  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of an object but what tells its kind."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = []
    for key in keys:
        if key not in {"kind", "apiVersion"}:
            found.append((*path, key))
            if isinstance(value[key], dict | list):
                found += places(value[key], (*path, key))
    return found


PLACES = [(number, path) for number, data in enumerate(BAKERY) for path in places(data)]


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=5))
def test_any_shape_is_described(changes: list[tuple[tuple[int, tuple[Any, ...]], Any]]) -> None:
    objects = copy.deepcopy(BAKERY)
    for (number, path), junk in changes:
        # An earlier change may have taken the place away.
        with suppress(KeyError, IndexError, TypeError):
            place = reduce(getitem, path[:-1], objects[number])
            place[path[-1]] = junk
    documents = [Document(f"{n}.yaml", 1, json.dumps(one), one) for n, one in enumerate(objects)]
    mesh = Mesh(tuple(unwrap(documents, "default")))
    for what, kind in NAMED:
        for one in mesh.of(kind):
            if "/" in one.namespace + one.name:
                continue  # no API server takes such names
            found = describe(mesh, what, f"{one.namespace}/{one.name}", Settings())
            form = description_form(found)
            assert form == json.loads(json.dumps(form))
            assert [*lines(found)]
    forms = answer(mesh, None, "default", Settings())
    ((_, rows),) = tables(forms, is_one=False)
    assert len(forms) == len(rows)
    for form in forms:
        assert sentence(form)
