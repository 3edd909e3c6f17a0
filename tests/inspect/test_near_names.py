"""A mistaken name leads to the one that was meant, and never to one that is only beside it."""

import pytest

from meshctl.inspect.near_names import nearest, nearest_hosts

KNOWN = [
    "web.front", "cart.checkout", "catalog.checkout", "payments.checkout", "stock.checkout",
    "cart.legacy", "cart-v1.checkout",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("web.checkout", ["web.front"]),
        ("front/web", ["web.front"]),
        ("web/front", ["web.front"]),
        ("deploy/web", ["web.front"]),
        ("carts.checkout", ["cart.checkout", "cart-v1.checkout", "cart.legacy"]),
        ("carts.legacy", ["cart.legacy", "cart.checkout", "cart-v1.checkout"]),
        ("cart.chekout", ["cart.checkout", "cart.legacy", "cart-v1.checkout"]),
        ("cart.checkout.svc.cluster.local", ["cart.checkout", "cart.legacy", "cart-v1.checkout"]),
        ("payments", ["payments.checkout"]),
        ("pay", ["payments.checkout"]),
        ("orders.checkout", []),
        ("checkout", []),
        (".", []),
        ("", []),
    ],
)
def test_names(text: str, meant: list[str]) -> None:
    assert meant == nearest(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("shopp.example.com", ["shop.example.com"]),
        ("shop.exmple.com", ["shop.example.com"]),
        ("nobody.example.com", []),
    ],
)
def test_hosts(text: str, meant: list[str]) -> None:
    assert meant == nearest_hosts(text, ["shop.example.com", "cart.shop.svc.cluster.local"])


def test_many_namespaces_cost_little() -> None:
    many = [f"web.team-{number}" for number in range(20_000)]
    assert ["web.team-19999", "web.team-1999", "web.team-9999"] == nearest("web.team-19999x", many)
