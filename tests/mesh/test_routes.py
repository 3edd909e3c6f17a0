"""Which VirtualServices a proxy uses, delegates merged in, and where their routes lead."""

import pytest
from gateway_meshes import delegate, mesh, route, routes_for, service, thing

from meshctl.mesh.traffic.delegates import MESH, DelegateFault, gateway_name
from meshctl.mesh.traffic.routes import ProxyNode

HERE = ProxyNode("shop", {"app": "web"})


def built(made, service, gateway="shop/g", port=80, proxy=HERE):
    return made.traffic.routes.build(service, gateway, port, proxy)


def names(made, service, **options):
    return [item.name for item in built(made, service, **options)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mesh", "mesh"),
        ("web", "shop/web"),
        ("./web", "shop/web"),
        ("infra/web", "infra/web"),
        ("web.infra.svc.cluster.local", "infra/web"),
        ("web.infra", "infra/web"),
    ],
)
def test_gateways_are_named_in_several_ways(written, expected) -> None:
    assert expected == gateway_name(written, "shop")


def test_nothing_comes_after_the_first_route_that_takes_everything() -> None:
    everything = [{"uri": {"prefix": "/a"}, "name": "a"}, {"uri": {"regex": ".*"}, "name": "all"},
                  {"uri": {"prefix": "/b"}, "name": "b"}]  # fmt: skip
    made = mesh(
        virtual_service := routes_for(
            "shop/v", ["x"], ["g"], route("r", match=everything), route("z")
        )
    )
    assert ["r.a", "r.all"] == names(made, virtual_service)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"port": 80}, ["r", "z"]),
        ({"port": 81}, ["z"]),
        ({"gateways": ["g"], "sourceNamespace": "other"}, ["r", "z"]),
        ({"gateways": ["other"]}, ["z"]),
        ({"sourceLabels": {"app": "web"}}, ["r", "z"]),
        ({"sourceLabels": {"app": "api"}}, ["z"]),
        ({"sourceNamespace": "shop"}, ["r", "z"]),
        ({"sourceNamespace": "other"}, ["z"]),
    ],
)
def test_a_match_may_be_meant_for_other_listeners(match, expected) -> None:
    narrow = route("r", match=[{"uri": {"prefix": "/a"}, **match}])
    made = mesh(virtual_service := routes_for("shop/v", ["x"], ["g"], narrow, route("z")))
    assert expected == names(made, virtual_service)


def test_what_is_unknown_of_the_proxy_does_not_rule_out_a_match() -> None:
    narrow = route("r", match=[{"uri": {"prefix": "/"}, "sourceLabels": {"app": "api"}}])
    made = mesh(virtual_service := routes_for("shop/v", ["x"], ["g"], narrow))
    assert ["r"] == names(made, virtual_service, proxy=ProxyNode(None, None))


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ({"host": "one"}, ("one.shop.svc.cluster.local", 8080, "")),
        ({"host": "two"}, ("two.shop.svc.cluster.local", 443, "")),
        ({"host": "two", "port": {"number": 90}}, ("two.shop.svc.cluster.local", 90, "")),
        ({"host": "nosuch", "subset": "v1"}, ("nosuch.shop.svc.cluster.local", 443, "v1")),
        ({"host": "alias"}, ("example.org", 80, "")),
        ({"host": "out.test"}, ("out.test", 443, "")),
    ],
)
def test_a_destination_without_port_means_the_only_one_or_the_listeners(
    destination, expected
) -> None:
    alias = {"type": "ExternalName", "externalName": "example.org", "ports": [{"port": 80}]}
    made = mesh(
        virtual_service := routes_for(
            "shop/v", ["x"], ["g"], {"route": [{"destination": destination}]}
        ),
        service("shop/one", ports=((8080, 80),)),
        service("shop/two", ports=((80, 80), (90, 90))),
        thing("Service", "shop/alias", alias, group="v1"),
    )
    (target,) = built(made, virtual_service, port=443)[0].targets
    assert expected == (target.host, target.port, target.subset)


def test_a_destination_of_weight_zero_is_left_out_among_others() -> None:
    shares = [{"destination": {"host": host}, "weight": weight}
              for host, weight in (("a.test", 0), ("b.test", 70), ("c.test", 30))]  # fmt: skip
    made = mesh(virtual_service := routes_for("shop/v", ["x"], ["g"], {"route": shares}))
    targets = built(made, virtual_service)[0].targets
    assert [("b.test", 70), ("c.test", 30)] == [(target.host, target.weight) for target in targets]


def root(match=None, **where):
    settings = {"match": match} if match else {}
    target = {"name": "d", "namespace": "team", **where}
    return routes_for("shop/v", ["x"], ["g"], {"name": "root", "delegate": target, **settings})


def test_the_routes_of_a_delegate_take_the_place_of_the_root_route() -> None:
    api, users = [{"name": "api", "uri": {"prefix": "/api"}}], {"uri": {"prefix": "/api/users"}}
    made = mesh(
        virtual_service := root(api),
        delegate("team/d", route("own", match=[{"name": "users", **users}], to="users"), route()),
    )
    routes = built(made, virtual_service)
    assert ["root-own.api-users", "root.api"] == [each_route.name for each_route in routes]
    assert ["users.team.svc.cluster.local"] == [target.host for target in routes[0].targets]
    assert users["uri"] == routes[0].match.match.data["uri"]
    assert () == made.traffic.routes.delegates.broken(virtual_service)


def test_a_merged_match_asks_for_both() -> None:
    wide = {"headers": {"a": {"exact": "1"}}, "method": {"exact": "GET"}, "port": 80}
    leaf = {"headers": {"b": {"exact": "2"}}, "uri": {"prefix": "/b"}}
    made = mesh(virtual_service := root([wide]), delegate("team/d", route("own", match=[leaf])))
    (found,) = built(made, virtual_service)
    data = dict(found.match.match.data)
    assert {"a", "b"} == set(data["headers"])
    assert ({"exact": "GET"}, {"prefix": "/b"}, 80) == (data["method"], data["uri"], data["port"])


@pytest.mark.parametrize(
    ("wide", "leaf", "fits"),
    [
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/a/b"}}, True),
        ({"uri": {"prefix": "/a"}}, {"uri": {"exact": "/ab"}}, True),
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/b"}}, False),
        ({"uri": {"exact": "/a"}}, {"uri": {"prefix": "/a"}}, False),
        ({"uri": {"exact": "/a"}}, {"uri": {"exact": "/a"}}, True),
        ({"uri": {"regex": "/a"}}, {"uri": {"exact": "/a"}}, False),
        ({"uri": {"regex": "/a"}}, {"method": {"exact": "GET"}}, True),
        ({"uri": {"prefix": "/"}}, {"uri": {"regex": "/a"}}, False),
        ({"ignoreUriCase": True}, {"uri": {"prefix": "/a"}}, False),
        ({"port": 80}, {"port": 81}, False),
        ({"port": 80}, {"uri": {"prefix": "/a"}}, True),
        ({"sourceNamespace": "shop"}, {"uri": {"prefix": "/a"}}, False),
        ({"sourceLabels": {"app": "a"}}, {"sourceLabels": {"app": "b"}}, False),
        ({"gateways": ["shop/g"]}, {"gateways": ["shop/h"]}, False),
        ({"headers": {"a": {"exact": "1"}}}, {"headers": {"a": {"exact": "2"}}}, False),
        ({"withoutHeaders": {"a": {}}}, {"withoutHeaders": {"a": {"exact": "2"}}}, False),
    ],
)
def test_a_delegate_may_only_narrow_the_match_of_its_root(wide, leaf, fits) -> None:
    made = mesh(virtual_service := root([wide]), delegate("team/d", route("own", match=[leaf])))
    assert fits == bool(made.traffic.routes.delegates.rules(virtual_service))
    reasons = [broken.reason for broken in made.traffic.routes.delegates.broken(virtual_service)]
    assert ([] if fits else [DelegateFault.CONFLICT]) == reasons


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (delegate("team/other", route("own")), DelegateFault.MISSING),
        (routes_for("team/d", ["x"], ["g"], route("own")), DelegateFault.HAS_HOSTS),
        (delegate("team/d", route("own"), exportTo=["."]), DelegateFault.HIDDEN),
    ],
)
def test_a_delegate_that_cannot_be_used_leaves_no_route(other, reason) -> None:
    made = mesh(virtual_service := root(), other)
    assert () == made.traffic.routes.delegates.rules(virtual_service)
    assert [reason] == [
        broken.reason for broken in made.traffic.routes.delegates.broken(virtual_service)
    ]


def test_settings_come_from_the_root_where_the_delegate_has_none() -> None:
    target = {"name": "d", "namespace": "team"}
    above = {"delegate": target, "rewrite": {"uri": "/r"}, "timeout": "1s"}
    made = mesh(
        virtual_service := routes_for("shop/v", ["x"], ["g"], above),
        delegate("team/d", route("own", rewrite={"uri": "/d"})),
    )
    (rule,) = made.traffic.routes.delegates.rules(virtual_service)
    said = [rule.saying(key) for key in ("rewrite", "timeout")]
    assert [rule.action, rule.root] == said


def test_the_mesh_uses_one_virtual_service_for_a_host() -> None:
    host = "cart.shop.svc.cluster.local"
    made = mesh(
        routes_for("shop/wide", ["*.svc.cluster.local"], ["mesh"], route(), age=1),
        routes_for("shop/young", ["cart"], [], route(), age=3),
        routes_for("shop/old", [host], ["mesh", "g"], route(), age=2),
        routes_for("shop/tcp", ["cart"], [], age=1, tcp=[{"route": []}]),
        routes_for("front/own", [host], [], route(), age=4, exportTo=["."]),
        routes_for("shop/edge", [host], ["g"], route(), age=1),
    )
    found = {
        client: made.traffic.routes.of_mesh_host(host, client).key_name
        for client in ("shop", "front")
    }
    assert {"shop": "shop/old", "front": "front/own"} == found
    assert "shop/wide" == made.traffic.routes.of_mesh_host("x.y.svc.cluster.local", "shop").key_name
    assert made.traffic.routes.of_mesh_host("example.org", "shop") is None
    assert [MESH, "shop/g"] == list(
        made.traffic.routes.gateways_of(made.traffic.routes.of_mesh_host(host, "shop"))
    )
