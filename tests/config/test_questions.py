"""Which namespace a question is about, and what is said about objects that may not be read."""

import pytest

from meshctl.cli.options.mesh_input import _tell_unread
from meshctl.cli.options.shared import namespace_in
from meshctl.sources.loader import Unread


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("cart.shop", "shop"), ("cart", ""), ("", ""), ("shop/cart", "shop"), ("sts/cart", ""),
        ("sts/cart.shop", "shop"), ("cart.shop.svc.cluster.local", "shop"),
        ("web-6d7944df59-8zz5j.v2.shop", "shop"),
    ],
)  # fmt: skip
def test_the_namespace_of_a_question(target: str, expected: str) -> None:
    assert expected == namespace_in(target)


def test_many_refusals_are_one_line(capsys) -> None:
    kinds = [f"Kind{number}" for number in range(40)]
    _tell_unread([Unread("", kind, f"{kind} is forbidden") for kind in kinds])
    [line] = capsys.readouterr().err.splitlines()
    assert "of 40 kinds (Kind0, Kind1, Kind2 and 37 more); Kind0: Kind0 is forbidden" in line


def test_few_refusals_are_named(capsys) -> None:
    _tell_unread([Unread("", "Service", "forbidden"), Unread("", "Pod", "forbidden")])
    assert 2 == len(capsys.readouterr().err.splitlines())
