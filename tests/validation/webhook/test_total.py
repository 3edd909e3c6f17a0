"""Does the webhook's part answer to anything that can be written?"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from test_kinds import TABLES, resource_of

from meshctl.validation.webhook.kinds import check

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.sampled_from(
        ["*", "unix://", "1s", "{**}", "%", "(", "mesh", "a/b", "10.0.0.0/8", "DNS", "MUTUAL"]
    )
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(data: Any, path: str = "") -> list[str]:
    """List every place of a value by its path."""
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for step, value in steps:
        here = f"{path}{step}"
        found.append(here)
        if isinstance(value, dict | list):
            found += places(value, f"{here}/")
    return found


changes = [
    (table, changes, place)
    for table in TABLES.values()
    for changes in ({}, *(row["set"] for row in table["cases"]))
    for place in places(resource_of(table, changes).spec.data)
]


@given(st.sampled_from(changes), anything)
def test_any_value_at_any_place_is_answered(change: Any, value: Any) -> None:
    table, row, place = change
    resource = resource_of(table, row)
    data: Any = resource.spec.data
    *steps, last = place.split("/")
    try:
        for step in steps:
            data = data[int(step) if isinstance(data, list) else step]
        data[int(last) if isinstance(data, list) else last] = value
    except KeyError:  # a key that holds a slash
        data[place] = value
    assert all(fault.kind == "webhook" and fault.message for fault in check(resource))


@given(st.sampled_from(list(TABLES.values())), anything)
def test_any_spec_is_answered(table: Any, value: Any) -> None:
    assert all(fault.message for fault in check(resource_of(table, {".": value})))
