"""What do the functions do that Istio adds to its templates?"""

from typing import Any

import pytest

from meshctl.inject.pod.template_functions import FUNCTIONS

NETWORK = "default/istio-cni"


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("", NETWORK),
        ("a,b", f"a,b, {NETWORK}"),
        (f"a, {NETWORK}", f"a, {NETWORK}"),
        ('[{"name":"a"}]', '[{"name":"a"}, {"name": "istio-cni", "namespace": "default"}]'),
        ('[{"name":"istio-cni","namespace":"default"}]',
         '[{"name":"istio-cni","namespace":"default"}]'),
        (f'[{{"name":"{NETWORK}"}}]',
         f'[{{"name":"{NETWORK}"}}, {{"name": "istio-cni", "namespace": "default"}}]'),
        ('["a"]', '["a"]'),
        ("[nonsense]", "[nonsense]"),
    ],
)  # fmt: skip
def test_networks_of_multus(existing: str, expected: str) -> None:
    assert expected == FUNCTIONS["appendMultusNetwork"](existing, NETWORK)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({}, {}),
        ({"a": None}, None),
        ({"a": 0, "b": {"c": None}, "d": {}}, {"a": 0, "d": {}}),
        ([1, None, [None]], [1]),
    ],
)
def test_what_is_null_is_left_out(value: Any, expected: Any) -> None:
    assert expected == FUNCTIONS["omitNil"](value)
