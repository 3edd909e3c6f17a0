"""What do assignments make of values, and which are refused?"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.errors import MeshctlError, UsageError
from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.settings.set_values import set_values
from meshctl.mesh.core.mesh_config import laid_over


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=c", {"a": {"b": "c"}}),
        ("a.b=1,a.c=true", {"a": {"b": 1, "c": True}}),
        ("a=false", {"a": False}),
        ("a=null", {"a": None}),
        ("a=0", {"a": 0}),
        ("a=-7", {"a": -7}),
        ("a=007", {"a": "007"}),
        ("a=1.5", {"a": "1.5"}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        (r"a=b\,c", {"a": "b,c"}),
        (r"a\.b=c", {"a.b": "c"}),
        ("a={b,1}", {"a": ["b", 1]}),
        ("a={}", {"a": []}),
        ("a[1].b=c", {"a": [None, {"b": "c"}]}),
        ("a[0][1]=c", {"a": [[None, "c"]]}),
        ("a.x=1,a.x=2", {"a": {"x": 2}}),
    ],
)
def test_assignments(text: str, expected: dict[str, Any]) -> None:
    assert expected == set_values({}, [text])


def test_assignments_change_what_is_there() -> None:
    values = {"a": {"b": [{"c": 1}, {"c": 2}], "d": 3}}
    assert {"a": {"b": [{"c": 1}, {"c": 9}], "d": 3}} == set_values(values, ["a.b[1].c=9"])
    assert {"a": {"b": [{"c": 1}, {"c": 2}], "d": 3}} == values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("globl.hub=x", "did you mean global"),
        ("global.proxy.logLvl=x", "did you mean logLevel"),
        ("pilot.resources.cpu=1", "below pilot it reads cni, crlConfigMapName, env"),
        ("istio_cni.enabled=true", "does not read 'istio_cni'"),
        ("global.proxy.excludeIPRanges=10.0.0.0/8,11.0.0.0/8", "for a comma in a value"),
        ("global", "no NAME=VALUE"),
        ("=x", "no NAME=VALUE"),
        ("global..hub=x", "empty part"),
        ("global.imagePullSecrets[99999999]=x", "smaller index"),
        ("global=x", "make it a mapping"),
        ("global.proxy=x", "make it a mapping"),
        ("meshConfig=x", "make it a mapping"),
    ],
)
def test_assignments_that_nobody_reads(text: str, reason: str) -> None:
    with pytest.raises(MeshctlError, match=reason):
        read_given(Given(sets=(text,)))


@given(st.text(alphabet="ab.=,[]{}\\\\019-", max_size=20) | st.text(max_size=20))
def test_any_assignment_is_applied_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert isinstance(set_values({}, [text]), dict)


def test_mappings_merge_and_all_else_is_replaced() -> None:
    lower = {"a": {"b": 1, "c": [1]}, "d": 2}
    assert {"a": {"b": 1, "c": [2]}, "d": None} == laid_over(lower, {"a": {"c": [2]}, "d": None})
