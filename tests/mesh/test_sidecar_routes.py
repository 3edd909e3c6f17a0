"""The virtual host that answers a host on a port, by what one client's sidecar sees."""

import pytest
from gateway_meshes import mesh, route, routes_for, thing
from gateway_meshes import pods as deployment


def declared(name, port, **spec):
    ports = [{"name": "http", "port": port}]
    return thing("Service", name, {"selector": {"x": "y"}, "ports": ports, **spec}, group="v1")


def pods(name, **labels):
    return deployment(name, labels)


RATINGS = declared("shop/ratings", 9080)
CART = declared("shop/cart", 80)
FULL = "ratings.shop.svc.cluster.local"


def sidecar(name, *egress, **spec):
    return thing("Sidecar", name, {"egress": list(egress), **spec})


def asked(made, host, port, client="shop/pages"):
    (workload,) = (one for one in made.workloads if one.key_name == client)
    return made.sidecar_routes.find(made.sidecar_scope.client(workload), host, port)


def shown(found):
    if found is None:
        return None
    return [f"{t.host.partition('.')[0]}:{t.port}" for r in found.routes for t in r.targets]


def test_a_service_without_rules_answers_itself_on_its_own_ports() -> None:
    made = mesh(RATINGS, pods("shop/pages"))
    assert asked(made, FULL, 9080).virtual_service is None
    assert asked(made, FULL, 80) is None


def test_a_destination_without_port_takes_the_port_that_was_called() -> None:
    made = mesh(RATINGS, CART, pods("shop/pages"), routes_for("shop/r", ["ratings"], None,
                route("a", to="cart")))  # fmt: skip
    assert ["cart:9080"] == shown(asked(made, FULL, 9080))


def test_a_host_outside_the_registry_has_routes_on_port_80_alone() -> None:
    rules = routes_for("shop/r", ["old.test"], None, route("a", to="cart"))
    made = mesh(CART, pods("shop/pages"), rules)
    assert ["cart:80"] == shown(asked(made, "old.test", 80))
    assert None is asked(made, "old.test", 8081)
    assert [80] == made.sidecar_routes.ports(made.sidecar_scope.client_of("shop"), "old.test")


def test_a_host_outside_the_registry_shares_the_ports_of_services_beside_it() -> None:
    rules = routes_for("shop/r", ["old.test", "ratings"], None, route("a", to="cart"))
    made = mesh(RATINGS, CART, pods("shop/pages"), rules)
    assert ["cart:9080"] == shown(asked(made, "old.test", 9080))


def test_the_next_virtual_service_is_used_where_the_first_has_nothing_for_this_client() -> None:
    for_others = route("a", to="cart", match=[{"sourceLabels": {"app": "admin"}}])
    made = mesh(
        RATINGS, CART, pods("shop/pages", app="pages"), pods("shop/admin", app="admin"),
        routes_for("shop/r", ["ratings"], None, for_others, age=1),
        routes_for("shop/s", ["ratings"], None, route("b", to="ratings"), age=2),
    )  # fmt: skip
    assert ["cart:9080"] == shown(asked(made, FULL, 9080, "shop/admin"))
    assert ["ratings:9080"] == shown(asked(made, FULL, 9080, "shop/pages"))


def test_an_exact_host_hides_the_wildcard_even_when_it_has_no_route_for_the_client() -> None:
    for_others = route("a", to="cart", match=[{"sourceLabels": {"app": "admin"}}])
    made = mesh(
        RATINGS, CART, pods("shop/pages", app="pages"),
        routes_for("shop/r", ["ratings"], None, for_others),
        routes_for("shop/s", ["*.shop.svc.cluster.local"], None, route("b", to="cart")),
    )  # fmt: skip
    assert None is asked(made, FULL, 9080).virtual_service


@pytest.mark.parametrize(
    ("egress", "answers"),
    [
        ([{"hosts": ["shop/*"]}], True),
        ([{"hosts": ["./*"]}], True),
        ([{"hosts": ["other/*"]}], False),
        ([{"port": {"number": 80}, "hosts": ["./*"]}], False),
        ([{"port": {"number": 80}, "hosts": ["./*"]}, {"hosts": ["./*"]}], True),
        ([{"port": {"number": 9080}, "hosts": ["other/*"]}, {"hosts": ["./*"]}], False),
        ([{"port": {"number": 9080}, "hosts": [f"*/{FULL}"]}], True),
    ],
)
def test_the_listener_for_the_port_decides_what_is_seen(egress, answers) -> None:
    made = mesh(RATINGS, pods("shop/pages"), sidecar("shop/default", *egress))
    assert answers == (asked(made, FULL, 9080) is not None)


def test_a_wildcard_of_the_registry_answers_what_no_closer_name_does() -> None:
    entry = thing("ServiceEntry", "shop/w", {
        "hosts": ["*.example.test"], "resolution": "NONE",
        "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}]})  # fmt: skip
    made = mesh(entry, pods("shop/pages"))
    assert "*.example.test" == asked(made, "a.example.test", 80).domain
    assert "*.example.test" == asked(made, "A.example.test.", 80).domain


def test_pods_of_a_headless_service_answer_with_its_routes() -> None:
    made = mesh(
        declared("shop/db", 80, clusterIP="None"), CART, pods("shop/pages"),
        routes_for("shop/r", ["db"], None, route("a", to="cart")),
    )  # fmt: skip
    assert ["cart:80"] == shown(asked(made, "db-0.db.shop.svc.cluster.local", 80))
