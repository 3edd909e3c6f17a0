"""Whose an object is, by directory and namespace, and what it touches of others."""

from typing import Any

import pytest

from meshctl.mesh import Mesh
from meshctl.resources import Resource, make_resource
from meshctl.settings import Ownership, Team
from meshctl.sources.documents import Document

SHOP = Team("shop", ("shop", "shop-*"), ("/repo/shop",), ("*.shop.example.com",), ("edge/*",))
BANK = Team("bank", ("bank",), ("/repo/shop/bank",))
OWNERSHIP = Ownership(("istio-*",), (SHOP, BANK))


def virtual_service(namespace: str, file: str = "/elsewhere/a.yaml", **spec: Any) -> Resource:
    data = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": spec,
    }
    return make_resource(Document(file, 1, "", data), data, (), "default")


def owners(resource: Resource):
    return Mesh((resource,), ownership=OWNERSHIP).ownership


@pytest.mark.parametrize(
    ("namespace", "file", "expected"),
    [
        ("shop", "/elsewhere/a.yaml", SHOP),
        ("shop-beta", "/elsewhere/a.yaml", SHOP),
        ("istio-system", "/elsewhere/a.yaml", None),
        ("unowned", "/elsewhere/a.yaml", None),
        ("istio-system", "/repo/shop/a.yaml", SHOP),
        ("shop", "/repo/shop/bank/a.yaml", BANK),
        ("unowned", "/repo/shopping/a.yaml", None),
        ("unowned", "/repo/x/../shop/a.yaml", SHOP),
    ],
)
def test_the_team_of_an_object(namespace, file, expected) -> None:
    resource = virtual_service(namespace, file)
    assert expected == owners(resource).team_of(resource)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"hosts": ["www.shop.example.com"]}, []),
        ({"hosts": ["web"]}, []),
        ({"hosts": ["web.shop-beta.svc.cluster.local"]}, []),
        ({"hosts": ["*.shop-beta.svc.cluster.local"]}, []),
        ({"hosts": ["*.svc.cluster.local"]}, ["*.svc.cluster.local"]),
        ({"hosts": ["shop.example.com"]}, ["shop.example.com"]),
        ({"hosts": ["*.example.com"]}, ["*.example.com"]),
        ({"hosts": ["shop.example.com"], "exportTo": ["."]}, []),
        ({"hosts": ["shop.example.com"], "exportTo": [".", "shop-beta"]}, []),
        ({"hosts": ["shop.example.com"], "exportTo": ["bank"]}, ["shop.example.com"]),
        (
            {"hosts": ["shop.example.com"], "exportTo": ["."], "gateways": ["edge/public"]},
            ["shop.example.com"],
        ),
    ],
)
def test_hosts_of_others(spec, expected) -> None:
    resource = virtual_service("shop", **spec)
    found = owners(resource).foreign_hosts(resource, SHOP)
    assert expected == [owner.name for owner in found]


@pytest.mark.parametrize(
    ("gateways", "expected"),
    [
        (["edge/public", "mesh", "own", "shop-beta/own"], []),
        (["istio-system/public"], ["istio-system/public"]),
        (["bank/own"], ["bank/own"]),
    ],
)
def test_gateways_of_others(gateways, expected) -> None:
    resource = virtual_service("shop", hosts=["web"], gateways=gateways)
    found = owners(resource).foreign_gateways(resource, SHOP)
    assert expected == [owner.name for owner in found]


def test_a_team_without_lists_may_touch_anything() -> None:
    resource = virtual_service("bank", hosts=["x.example.org"], gateways=["istio-system/public"])
    asked = owners(resource)
    assert ([], []) == (
        list(asked.foreign_hosts(resource, BANK)),
        list(asked.foreign_gateways(resource, BANK)),
    )


def test_without_ownership_nobody_owns_anything() -> None:
    resource = virtual_service("istio-system")
    assert None is Mesh((resource,)).ownership.team_of(resource)
