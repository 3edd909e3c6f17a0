"""What tls-check says of conflicts, of what is asked about, and of a namespace as a whole."""

from typing import Any

import pytest

from meshctl.engine.objects import unwrap
from meshctl.engine.registry import load_all
from meshctl.errors import UsageError
from meshctl.inspect.tls.answer import narrow
from meshctl.inspect.tls.change import changes
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.tls.failures import failures, rule_of
from meshctl.inspect.tls.matrix import matrix, namespaces
from meshctl.inspect.tls.rows import TlsRow
from meshctl.mesh import Mesh
from meshctl.output.tls.write import failure_lines as lines
from meshctl.sources.documents import Document


def thing(api: str, kind: str, name: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", **more}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}


def workload(name: str, inject: str = "true", **annotations: str) -> dict[str, Any]:
    metadata = {
        "labels": {"app": name, "sidecar.istio.io/inject": inject}, "annotations": annotations
    }  # fmt: skip
    template = {"metadata": metadata, "spec": {"containers": [{"name": "main"}]}}
    return thing("apps/v1", "Deployment", name, {"template": template})


def service(name: str, **spec: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "tcp-db", "port": 90}]
    return thing("v1", "Service", name, {"selector": {"app": name}, "ports": ports, **spec})


def sends(mode: str, host: str = "cart") -> dict[str, Any]:
    spec = {"host": host, "trafficPolicy": {"tls": {"mode": mode}}}
    return thing("networking.istio.io/v1", "DestinationRule", host, spec)


def takes(mode: str, name: str = "default", **spec: Any) -> dict[str, Any]:
    api = "security.istio.io/v1"
    return thing(api, "PeerAuthentication", name, {"mtls": {"mode": mode}, **spec})


MESH_CONFIG = {
    "apiVersion": "v1", "kind": "ConfigMap", "data": {"mesh": "enableAutoMtls: false"},
    "metadata": {"name": "istio", "namespace": "istio-system"},
}  # fmt: skip
SHOP = (service("cart"), workload("cart"), workload("desk"), workload("batch", "false"))
OLD = workload("cart", "false") | {"metadata": {"name": "old", "namespace": "shop"}}
CART = {"selector": {"matchLabels": {"app": "cart"}}}
OUT = {"traffic.sidecar.istio.io/excludeOutboundPorts": "80,90"}
PAST = {"traffic.sidecar.istio.io/excludeInboundPorts": "8080"}


def mesh_of(*objects: dict[str, Any]) -> Mesh:
    documents = [Document(f"{n}.yaml", 1, str(data), data) for n, data in enumerate(objects)]
    return Mesh(tuple(unwrap(documents, "default")))


def rows(*objects: dict[str, Any], client: str | None = None) -> list[TlsRow]:
    return list(TlsCheck(mesh_of(*objects)).found(TlsFilter(client)))


@pytest.mark.parametrize(
    ("objects", "client", "rule"),
    [
        ((*SHOP, sends("DISABLE"), takes("STRICT")), "shop/desk",
         "destination-rule/plaintext-to-strict-workload"),
        ((*SHOP, sends("ISTIO_MUTUAL"), takes("DISABLE")), "shop/desk",
         "destination-rule/mutual-tls-to-plaintext-workload"),
        ((service("batch"), *SHOP, sends("ISTIO_MUTUAL", "batch")), "shop/desk",
         "destination-rule/mutual-tls-to-pod-without-sidecar"),
        ((*SHOP, sends("SIMPLE")), "shop/desk", "destination-rule/simple-tls-to-sidecar"),
        ((*SHOP, takes("STRICT"), MESH_CONFIG), "shop/desk",
         "peer-authentication/strict-without-auto-mtls"),
        ((*SHOP, takes("DISABLE"), takes("STRICT", "cart", **CART)), "shop/desk",
         "peer-authentication/strict-below-disable"),
        ((service("cart", clusterIP="None"), *SHOP[1:], takes("DISABLE", "cart", **CART)),
         "shop/desk", "peer-authentication/plaintext-port-of-headless-service"),
        ((service("cart", clusterIP="None"), *SHOP[1:], OLD, takes("STRICT")), "shop/desk",
         "peer-authentication/strict-for-half-headless-service"),
        ((service("cart"), workload("cart", **PAST), workload("desk")), "shop/desk",
         "workload/mutual-tls-past-sidecar"),
        ((*SHOP, takes("STRICT")), "shop/batch", ""),
        ((*SHOP, workload("probe", **OUT), takes("STRICT")), "shop/probe", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_conflict_has_the_fix_of_the_rule_that_finds_it(
    objects: tuple[dict[str, Any], ...], client: str, rule: str
) -> None:
    found = failures((row, 1) for row in rows(*objects, client=client))
    assert rule in {rule_of(one.row.connection) for one in found}
    assert rule in {known.id for known in load_all()} | {""}
    for one in found:
        assert ["client: ", "server: ", "fix: "] == [
            start for line in lines(one) for start in ("client: ", "server: ", "fix: ")
            if line.strip().startswith(start)
        ]  # fmt: skip


def test_alike_failures_are_told_once() -> None:
    more = [workload(name, "false") for name in ("a", "b")]
    [found] = failures(
        TlsCheck(mesh_of(*SHOP, *more, takes("STRICT"))).found(TlsFilter()).weighed()
    )
    assert 6 == found.number
    assert "shop/a -> cart.shop.svc.cluster.local:80 and 5 more like it" == next(lines(found))


@pytest.mark.parametrize(
    ("client", "host", "expected"),
    [
        ("cart", None, TlsFilter("shop/cart")),
        ("cart.shop", None, TlsFilter("shop/cart")),
        ("shop/cart", None, TlsFilter("shop/cart")),
        (None, "cart", TlsFilter(None, ("cart.shop.svc.cluster.local",))),
        (None, "cart.shop:90", TlsFilter(None, ("cart.shop.svc.cluster.local",), 90)),
        (None, "cart.shop.svc.cluster.local", TlsFilter(None, ("cart.shop.svc.cluster.local",))),
    ],
    ids=str,
)
def test_names_may_be_short(client: str | None, host: str | None, expected: TlsFilter) -> None:
    assert expected == narrow(mesh_of(*SHOP), "default", client, host)


def test_a_pod_stands_for_its_workload() -> None:
    pod = {
        "apiVersion": "v1", "kind": "Pod", "spec": {"containers": []},
        "metadata": {
            "name": "cart-5d4-x2z", "namespace": "shop",
            "labels": {
                "app": "cart", "sidecar.istio.io/inject": "true", "pod-template-hash": "5d4"
            },
        },
    }  # fmt: skip
    mesh = mesh_of(*SHOP, pod)
    for name in ("cart-5d4-x2z", "cart-5d4-x2z.shop", "shop/cart-5d4-x2z"):
        assert TlsFilter("shop/cart") == narrow(mesh, "default", name, None)


@pytest.mark.parametrize(
    ("client", "host", "message"),
    [
        ("crat.shop", None, "did you mean cart.shop"),
        (None, "nowhere", "there is no host 'nowhere'"),
        (None, "cart:http", "there is no host 'cart:http'"),
        (None, "cart:81", "has no port 81; it has 80, 90"),
    ],
)
def test_what_is_not_there_is_said(client: str | None, host: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        narrow(mesh_of(*SHOP), "default", client, host)


def test_rows_are_those_of_the_host_and_port() -> None:
    mesh = mesh_of(*SHOP, service("desk"))
    found = TlsCheck(mesh).found(narrow(mesh, "shop", "batch", "desk:90"))
    assert [("desk.shop.svc.cluster.local", 90)] == [
        (row.data.host, row.data.port) for row in found
    ]


def test_four_rows_say_what_happens_at_the_border_of_the_mesh() -> None:
    mesh = mesh_of(*SHOP, service("batch"), takes("STRICT"))
    assert ["shop"] == namespaces(mesh)
    refused = "conflict: the server demands mutual TLS, the client sends plaintext (2 ports)"
    expected = [
        ("in the mesh", "in the mesh", "mutual TLS (2 ports)"),
        ("in the mesh", "outside", "plaintext (2 ports)"),
        ("outside", "in the mesh", refused),
        ("outside", "outside", "plaintext (2 ports)"),
    ]
    assert expected == list(matrix(mesh, "shop"))


def test_a_namespace_without_such_servers_says_so() -> None:
    found = {server: text for _, server, text in matrix(mesh_of(*SHOP), "shop")}
    assert "there is no such server" == found["outside"]


def test_changes_are_what_is_new_gone_or_different() -> None:
    before = [row.data for row in rows(*SHOP)]
    after = [row.data for row in rows(*SHOP[:-1], workload("new"), takes("STRICT"))]
    found = {
        (row.client, bool(one.before), bool(one.after))
        for one in changes(before, after)
        if (row := one.after or one.before)
    }
    expected = {
        ("shop/batch", True, False), ("shop/cart", True, True), ("shop/desk", True, True),
        ("shop/new", False, True),
    }  # fmt: skip
    assert expected == found
    assert [] == list(changes(before, before))


def test_istiod_is_no_client_of_the_mesh() -> None:
    istiod = workload("istiod", "false")
    made = mesh_of(*SHOP, istiod, takes("STRICT"))
    clients = {row.client for row in TlsCheck(made).rows()}
    assert {"shop/cart", "shop/desk", "shop/batch"} == clients


def test_clients_that_nothing_tells_apart_are_held_once() -> None:
    more = [workload(f"w-{n}") for n in range(30)]
    found = TlsCheck(mesh_of(*SHOP, *more, takes("STRICT"))).found(TlsFilter())
    hosts = {row.data.host for row in found}
    assert len(list(found.groups)) <= 2 * len(hosts)  # with a sidecar and without
    listed = list(found)
    assert len(found) == len(listed) == sum(number for _, number in found.weighed())
    assert [row.data.client for row in listed] == sorted(row.data.client for row in listed)
