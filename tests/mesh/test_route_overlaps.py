"""VirtualServices that want the same requests: at a gateway, and inside the mesh."""

import pytest
from gateway_meshes import gateway, mesh, pods, routes_for, server

from meshctl.mesh.gateways.route_overlaps import MOST_PAIRS

PUBLIC = gateway("shop/public", server(80, "HTTP", "*"))


def http(path, to, kind="prefix", **more):
    return {"match": [{"uri": {kind: path}, **more}], "route": [{"destination": {"host": to}}]}


def default(to):
    return {"route": [{"destination": {"host": to}}]}


def at_gateway(name, *rules, age=None, hosts=("a.test",), gateways=("shop/public",), **spec):
    return routes_for(name, list(hosts), list(gateways), *rules, age=age, **spec)


def overlaps(made, service):
    return [
        (overlap.first.service.name, str(overlap.witness), overlap.order_known)
        for overlap in made.gateways.route_overlaps.overlaps(service)
    ]


def test_the_younger_one_is_told_who_comes_first() -> None:
    made = mesh(
        PUBLIC,
        old := at_gateway("shop/z", http("/a", "x"), age=1),
        new := at_gateway("shop/a", http("/a/b", "y"), age=2),
    )
    assert [("z", "GET /a/b", True)] == overlaps(made, new)
    assert [] == overlaps(made, old)


def test_without_ages_the_name_decides_whom_it_is_told() -> None:
    made = mesh(
        PUBLIC,
        first := at_gateway("shop/a", http("/a/b", "y")),
        second := at_gateway("shop/z", http("/a", "x")),
    )
    assert [("a", "GET /a/b", False)] == overlaps(made, second)
    assert [] == overlaps(made, first)


def test_private_ones_come_first_whatever_their_age() -> None:
    made = mesh(
        PUBLIC,
        pods("shop/ingress"),
        public := at_gateway("shop/old", http("/a", "x")),
        private := at_gateway("shop/new", http("/a/b", "y"), exportTo=["."]),
    )
    assert [("new", "GET /a/b", True)] == overlaps(made, public)
    assert [] == overlaps(made, private)


def test_gateways_that_share_a_port_share_their_routes() -> None:
    made = mesh(
        gateway("shop/g1", server(80, "HTTP", "a.test"), age=1),
        gateway("shop/g2", server(80, "HTTP", "a.test"), age=2),
        at_gateway("shop/one", http("/a", "x"), age=4, gateways=["shop/g1"]),
        two := at_gateway("shop/two", http("/a/b", "y"), age=3, gateways=["shop/g2"]),
    )
    (found,) = made.gateways.route_overlaps.overlaps(two)
    assert ("one", "shop/g1 and shop/g2") == (found.first.service.name, found.host.gateway)


def test_each_pair_is_told_once_for_all_hosts_and_servers() -> None:
    made = mesh(
        gateway(
            "shop/public",
            server(80, "HTTP", "*"),
            server(443, "HTTPS", "*", mode="SIMPLE", credentialName="c"),
        ),
        at_gateway("shop/one", http("/a", "x"), http("/b", "x"), hosts=["a.test", "b.test"]),
        two := at_gateway("shop/two", http("/a", "y"), http("/b", "y"), hosts=["a.test", "b.test"]),
    )
    assert [("one", "GET /a", False)] == overlaps(made, two)


@pytest.mark.parametrize(
    "other",
    [
        at_gateway("shop/z", http("/b", "y")),
        at_gateway("shop/z", http("/a", "y"), hosts=["b.test"]),
        at_gateway("shop/z", http("/a", "y"), gateways=["shop/other"]),
        at_gateway("shop/z", http("/a", "y"), gateways=["mesh"]),
        at_gateway("shop/z", http("/a", "y"), exportTo=["~"]),
        at_gateway("shop/z", http("/a", "x")),
        at_gateway("shop/z", default("y")),
    ],
    ids=["path", "host", "gateway", "mesh", "hidden", "same effect", "default route"],
)
def test_what_does_not_overlap(other) -> None:
    made = mesh(PUBLIC, at_gateway("shop/a", http("/a", "x")), other)
    assert [] == overlaps(made, other)


def test_short_names_of_other_namespaces_are_other_destinations() -> None:
    made = mesh(
        PUBLIC,
        at_gateway("shop/a", http("/a", "x")),
        other := at_gateway("team/a", http("/a", "x")),
    )
    assert [("a", "GET /a", False)] == overlaps(made, other)


def test_two_documents_of_one_object_are_never_both_in_the_mesh() -> None:
    virtual_service, again = (at_gateway("shop/a", http("/a", to), default(to)) for to in "xy")
    inside, inside_again = (in_mesh("shop/b", "b.test", to=to) for to in "xy")
    made = mesh(PUBLIC, virtual_service, again, inside, inside_again)
    assert [] == overlaps(made, virtual_service) + overlaps(made, again)
    assert made.gateways.route_overlaps.unused_default(again) is None
    assert [] == lost(made, inside_again)


def test_only_the_first_default_route_is_used() -> None:
    services = [
        at_gateway(f"shop/{name}", default(name), age=age) for age, name in enumerate("cba")
    ]
    made = mesh(PUBLIC, *services)
    found = [made.gateways.route_overlaps.unused_default(service) for service in services]
    assert found[0] is None
    assert ["c", "c"] == [item.first.service.name for item in found[1:]]


def test_many_on_one_path_are_left_unchecked_and_named() -> None:
    services = [at_gateway(f"shop/s{n}", http("/a", f"h{n}")) for n in range(202)]
    made = mesh(PUBLIC, *services)
    assert [] == overlaps(made, services[-1])
    assert dict.fromkeys(services, "a.test") == made.gateways.route_overlaps.unfinished
    assert 202 * 201 // 2 > MOST_PAIRS


def test_many_on_paths_of_their_own_are_checked() -> None:
    services = [at_gateway(f"shop/s{n}", http(f"/s{n}/", f"h{n}")) for n in range(400)]
    made = mesh(PUBLIC, *services)
    assert {} == made.gateways.route_overlaps.unfinished
    assert [] == [found for service in services for found in overlaps(made, service)]


def in_mesh(name, *hosts, to="x", age=None, match=None, **spec):
    rule = default(to) | ({"match": [match]} if match else {})
    return routes_for(name, list(hosts), ["mesh"], rule, age=age, **spec)


def lost(made, service):
    return [
        (item.loser.host, item.winner.service.name, item.clients, item.order_known)
        for item in made.traffic.sidecar_hosts.lost(service)
    ]


def test_sidecars_use_the_oldest_of_a_host() -> None:
    made = mesh(
        old := in_mesh("shop/z", "web", age=1),
        new := in_mesh("shop/a", "web.shop.svc.cluster.local", "b.test", age=2),
    )
    assert [("web.shop.svc.cluster.local", "z", "*", True)] == lost(made, new)
    assert [] == lost(made, old)


@pytest.mark.parametrize(
    ("this", "other", "clients"),
    [
        ({}, {}, "*"),
        ({"exportTo": ["."]}, {}, None),
        ({"exportTo": ["."]}, {"exportTo": ["shop"]}, "shop"),
        ({"exportTo": ["red", "blue"]}, {"exportTo": ["blue", "green"]}, "blue"),
        ({"exportTo": ["red"]}, {"exportTo": ["green"]}, None),
        ({"match": {"sourceLabels": {"app": "web"}}}, {}, None),
        ({"match": {"port": 80}}, {}, "*"),
        ({"match": {"port": 80}}, {"match": {"port": 81}}, None),
        ({"match": {"uri": {"prefix": "/a"}}}, {}, "*"),
    ],
)
def test_who_loses_depends_on_who_sees_both(this, other, clients) -> None:
    made = mesh(in_mesh("shop/a", "a.test", **this), second := in_mesh("shop/b", "a.test", **other))
    expected = [] if clients is None else [("a.test", "a", clients, False)]
    assert expected == lost(made, second)


def test_without_ages_each_of_two_may_lose() -> None:
    made = mesh(
        virtual_service := in_mesh("shop/a", "a.test"), other := in_mesh("shop/b", "a.test", to="y")
    )
    assert [("a.test", "b", "*", False)] == lost(made, virtual_service)
    assert [("a.test", "a", "*", False)] == lost(made, other)


def test_a_closer_host_cuts_off_the_wildcard_above_it() -> None:
    made = mesh(
        PUBLIC,
        at_gateway("shop/all", http("/b", "x"), default("x"), hosts=["*.test"]),
        virtual_service := at_gateway("shop/one", http("/a", "y"), hosts=["a.test"]),
        whole := at_gateway("shop/whole", default("z"), hosts=["b.test"]),
    )
    (found,) = made.gateways.hidden_wildcards.of(virtual_service)
    assert ("a.test", "*.test", "all") == (found.host, found.wildcard, found.hidden.service.name)
    assert [] == list(made.gateways.hidden_wildcards.of(whole))
