"""Which servers a gateway workload keeps, where they listen, and what they serve."""

import pytest
from gateway_meshes import (
    gateway,
    hosts_of,
    mesh,
    only,
    pods,
    route,
    routes_for,
    server,
    service,
    thing,
)
from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.gateways.server_merge import DropReason, panicking_host, route_kind, server_hosts

TLS = {"mode": "SIMPLE", "credentialName": "c"}


def fates(made):
    return {each_server.key_name: each_server.drop for each_server in only(made).servers}


def test_ports_are_translated_before_they_are_compared() -> None:
    first = gateway("a/one", server(80, "HTTP", "x.test"))
    second = gateway("b/two", server(8080, "TCP", "y.test"))
    alone = mesh(first, second)
    served = mesh(first, second, pods(), service())
    assert {"a/one#0": None, "b/two#0": None} == fates(alone)
    assert {"a/one#0": None, "b/two#0": DropReason.PROTOCOL} == fates(served)
    assert [8080] == [listener.port for listener in only(served).listeners]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ((), [80]),
        ((service(),), [8080]),
        ((service(ports=((81, 8080),)),), [80]),
        ((service(ports=((80, "web"),)),), [8888]),
        ((service(selector={"app": "other"}),), [80]),
        ((service("elsewhere/ingress"),), [80]),
        ((service(labels={"experimental.istio.io/disable-gateway-port-translation": ""}),), [80]),
    ],
)
def test_the_service_before_the_pods_names_the_container_port(services, expected) -> None:
    ports = [{"name": "web", "containerPort": 8888}]
    made = mesh(
        gateway("a/one", server(80, "HTTP", "*")),
        pods(containers=[{"name": "istio-proxy", "ports": ports}]),
        *services,
    )
    assert expected == [listener.port for listener in only(made).listeners]


def test_a_service_stands_for_pods_that_are_not_in_the_input() -> None:
    made = only(mesh(gateway("a/one", server(80, "HTTP", "*")), service()))
    assert ("istio-system/ingress", "istio-system", 8080, True) == (
        made.workload.name, made.workload.namespace, made.listeners[0].port,
        made.workload.knows_ports,
    )  # fmt: skip


def test_a_selector_stands_for_what_is_unknown() -> None:
    made = only(mesh(gateway("a/one", server(80, "HTTP", "*"))))
    assert ("istio=ingressgateway", None, 80, False) == (
        made.workload.name, made.workload.namespace, made.listeners[0].port,
        made.workload.knows_ports,
    )  # fmt: skip


def test_a_narrower_selector_picks_with_the_wider_one() -> None:
    narrow = {"istio": "ingressgateway", "app": "ingress"}
    made = mesh(
        gateway("a/wide", server(80, "HTTP", "x.test")),
        gateway("a/narrow", server(80, "TCP", "y.test"), selector=narrow),
        gateway("a/all", server(80, "TCP", "z.test"), selector={}),
        pods(labels=narrow),
    )
    assert {
        "a/all#0": None,
        "a/narrow#0": DropReason.PROTOCOL,
        "a/wide#0": DropReason.PROTOCOL,
    } == fates(made)


def test_gateways_can_be_scoped_to_the_namespace_of_the_pods() -> None:
    env = [{"name": "PILOT_SCOPE_GATEWAY_TO_NAMESPACE", "value": "true"}]
    istiod = pods("istio-system/istiod", {}, containers=[{"name": "discovery", "env": env}])
    made = mesh(
        gateway("a/other", server(80, "HTTP", "*")),
        gateway("istio-system/own", server(80, "HTTP", "*")),
        pods(), istiod,
    )  # fmt: skip
    assert ["istio-system/own"] == [each_gateway.key_name for each_gateway in only(made).gateways]


def test_the_older_gateway_comes_first_then_the_name() -> None:
    made = mesh(
        gateway("a/young", server(80, "HTTP", "*"), age=2),
        gateway("b/old", server(80, "HTTP", "*"), age=1),
        gateway("z/young", server(80, "HTTP", "*"), age=2),
        gateway("a/another", server(80, "HTTP", "*"), age=2),
    )
    expected = ["b/old", "a/another", "a/young", "z/young"]
    assert expected == [each_gateway.key_name for each_gateway in only(made).gateways]


@pytest.mark.parametrize(
    ("ages", "known"), [((1, 2), True), ((None, 2), False), ((None, None), False)]
)
def test_the_order_is_known_with_the_ages(ages, known) -> None:
    first = gateway("a/one", server(80, "HTTP", "*"), server(80, "TCP", "*"), age=ages[0])
    second = gateway("a/two", server(80, "TCP", "*"), age=ages[1])
    made = only(mesh(first, second))
    only_server, inner, other = (made.find(s) for s in (*first.servers, *second.servers))
    assert (True, known) == (
        made.order_is_known(only_server, inner),
        made.order_is_known(only_server, other),
    )


def test_a_duplicate_tls_host_drops_the_whole_server() -> None:
    made = only(mesh(gateway(
        "a/g",
        server(443, "HTTPS", "x.test", **TLS),
        server(443, "HTTPS", "y.test", "x.test", name="b", **TLS),
        server(443, "HTTPS", "y.test", name="c", **TLS),
        server(443, "HTTPS", "x.test", name="d", bind="10.0.0.1", **TLS),
    )))  # fmt: skip
    assert [None, DropReason.DUPLICATE_HOST, None, None] == [
        each_server.drop for each_server in made.servers
    ]
    assert ((1,), "a/g#0") == (made.servers[1].duplicates, made.servers[1].rival.key_name)


def test_only_the_last_bind_of_a_host_is_remembered() -> None:
    made = only(mesh(gateway(
        "a/g",
        server(443, "HTTPS", "x.test", **TLS),
        server(443, "HTTPS", "x.test", name="b", bind="10.0.0.1", **TLS),
        server(443, "HTTPS", "x.test", name="c", **TLS),
    )))  # fmt: skip
    assert [None, None, None] == [each_server.drop for each_server in made.servers]
    duplicates = {listener.name: list(listener.duplicate_sni) for listener in made.listeners}
    assert {"0.0.0.0_443": ["x.test"], "10.0.0.1_443": []} == duplicates


def test_hosts_with_a_namespace_are_compared_as_written_but_matched_without() -> None:
    made = only(mesh(gateway(
        "a/g",
        server(443, "HTTPS", "x.test", **TLS),
        server(443, "HTTPS", "./x.test", name="b", **TLS),
    )))  # fmt: skip
    assert [None, None] == [each_server.drop for each_server in made.servers]
    assert ["x.test"] == list(made.listeners[0].duplicate_sni)


def test_plain_http_after_tls_on_a_port_keeps_later_tls_out() -> None:
    made = only(mesh(gateway(
        "a/g",
        server(443, "HTTPS", "x.test", **TLS),
        server(443, "HTTP", "y.test", name="b"),
        server(443, "HTTPS", "z.test", name="c", **TLS),
        server(443, "HTTPS", "z.test", name="d", bind="10.0.0.1", **TLS),
    )))  # fmt: skip
    assert [None, None, DropReason.PROTOCOL, None] == [
        each_server.drop for each_server in made.servers
    ]


def test_dual_names_of_one_https_port_are_refused() -> None:
    made = only(mesh(gateway(
        "a/g",
        server(443, "HTTPS", "x.test", name="same", **TLS),
        server(443, "HTTPS", "y.test", name="same", **TLS),
    )))  # fmt: skip
    assert [None, DropReason.PORT_NAME] == [each_server.drop for each_server in made.servers]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["x.test", "./y.test", "*/z.test", "team/w.test"],
         ["x.test", "shop/y.test", "z.test", "team/w.test"]),
        (["x.test", "*/*", "y.test"], ["*"]),
    ],
)  # fmt: skip
def test_hosts_are_read_as_istiod_keeps_them(hosts, expected) -> None:
    (only_server,) = gateway("g", server(80, "HTTP", *hosts)).servers
    assert expected == [host.text for host in server_hosts(only_server)]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["*/*", "./x"], 1),
        (["*/*", "x", "*/y"], 2),
        (["./x", "*/*"], None),
        (["*/*", "*/*", "team/x", "x"], None),
    ],
)
def test_hosts_that_make_istiod_panic(hosts, expected) -> None:
    (only_server,) = gateway("g", server(80, "HTTP", *hosts)).servers
    assert expected == panicking_host(only_server)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (server(80, "HTTP", "*", httpsRedirect=True), "http"),
        (server(443, "HTTPS", "*", **TLS), "http"),
        (server(443, "HTTPS", "*", mode="PASSTHROUGH"), "tls"),
        (server(443, "TLS", "*", mode="AUTO_PASSTHROUGH"), ""),
        (server(443, "TLS", "*", **TLS), "tcp"),
        (server(9000, "TCP", "*"), "tcp"),
        (server(9000, "MONGO", "*"), "tcp"),
    ],
)
def test_each_server_uses_one_kind_of_routes(written, expected) -> None:
    (only_server,) = gateway("g", written).servers
    assert expected == route_kind(only_server)


def test_virtual_hosts_are_the_hosts_in_common() -> None:
    made = only(mesh(
        gateway("a/g", server(80, "HTTP", "*.x.test", "y.test", "b/z.test")),
        routes_for("a/wide", ["*"], ["g"], route("wide")),
        routes_for("a/narrow", ["one.x.test", "no.test"], ["a/g"], route("narrow")),
        routes_for("b/own", ["z.test"], ["a/g"], route("own")),
        routes_for("c/other", ["z.test"], ["a/g"], route("other")),
    ))  # fmt: skip
    assert {"http.80": {
        "*.x.test": ["wide"], "y.test": ["wide"], "one.x.test": ["narrow"], "z.test": ["own"],
    }} == hosts_of(made)  # fmt: skip


def test_without_routes_there_is_a_blackhole() -> None:
    made = only(mesh(gateway("a/g", server(80, "HTTP", "x.test"))))
    (host,) = made.route_configs["http.80"]
    assert ("blackhole:80", ("*",), True) == (host.name, host.domains, host.is_blackhole)


def test_a_redirect_counts_for_all_servers_of_the_host() -> None:
    made = only(mesh(
        gateway("a/plain", server(80, "HTTP", "x.test")),
        gateway("a/redirecting", server(80, "HTTP", "x.test", "./y.test", httpsRedirect=True)),
        routes_for("a/x", ["x.test"], ["plain"], route("x")),
    ))  # fmt: skip
    redirects = {d: bool(h.redirects) for h in made.route_configs["http.80"] for d in h.domains}
    assert {"x.test": True, "a/y.test": True} == redirects
    assert {"a/redirecting#0": ["x.test"]} == {
        item.key_name: domains for item, domains in made.redirected.items()
    }


def test_catch_alls_go_behind_the_routes_of_every_virtual_service() -> None:
    narrow = route("narrow", match=[{"uri": {"prefix": "/a"}}])
    made = only(mesh(
        gateway("a/g", server(80, "HTTP", "x.test")),
        routes_for("a/one", ["x.test"], ["g"], route("rest")),
        routes_for("a/two", ["x.test"], ["g"], narrow, route("late"), route("never")),
    ))  # fmt: skip
    assert {"http.80": {"x.test": ["narrow", "rest", "late"]}} == hosts_of(made)


def test_a_gateway_named_twice_has_its_routes_twice() -> None:
    made = only(mesh(
        gateway("a/g", server(80, "HTTP", "x.test")),
        routes_for("a/one", ["x.test"], ["g", "a/g"], route("rest")),
    ))  # fmt: skip
    assert {"http.80": {"x.test": ["rest", "rest"]}} == hosts_of(made)


def test_routes_visible_to_the_pods_namespace_alone_come_first() -> None:
    made = only(mesh(
        gateway("a/g", server(80, "HTTP", "x.test")), pods(),
        routes_for("a/public", ["x.test"], ["g"], route("public"), age=1),
        routes_for("a/exported", ["x.test"], ["g"], route("exported"), exportTo=["istio-system"], age=2),
        routes_for("istio-system/own", ["x.test"], ["a/g"], route("own"), exportTo=["."], age=3),
        routes_for("a/hidden", ["x.test"], ["g"], route("hidden"), exportTo=["."], age=4),
    ))  # fmt: skip
    assert {"http.80": {"x.test": ["own", "exported", "public"]}} == hosts_of(made)


def sent(effective):
    """What a gateway workload is sent: domains with where they lead, and the chains of listeners."""
    tables = {
        domain: [(one.name, [to[:4] for to in one.targets]) for one in virtual_host.routes]
        for hosts in effective.route_configs.values()
        for virtual_host in hosts
        for domain in virtual_host.domains
    }
    return tables, [chain.sni for listener in effective.listeners for chain in listener.chains]


TOLD_APART = {
    "exportTo": routes_for("a/web", ["x.test"], ["a/one"], route("a"), exportTo=["a"]),
    "sourceNamespace": routes_for(
        "a/web", ["x.test"], ["a/one"], route("a", match=[{"sourceNamespace": "a"}])
    ),
    "host": service(
        "a/shop", ((81, 81),), {"app": "a"}, annotations={"networking.istio.io/exportTo": "."}
    ),
}


@pytest.mark.parametrize("apart", TOLD_APART.values(), ids=TOLD_APART)
def test_namespaces_are_sent_the_same_unless_something_tells_them_apart(apart) -> None:
    passing = server(443, "TLS", "*.a.svc.cluster.local", mode="AUTO_PASSTHROUGH")
    shared = (
        gateway("a/one", server(80, "HTTP", "x.test"), passing),
        routes_for("a/rest", ["x.test"], ["a/one"], route("rest"), age=1),
    )
    both = [pods("a/ingress"), pods("b/ingress")]
    alike = [*mesh(*shared, *both).gateways]
    assert [alike[0], alike[0]] == [each.first for each in alike]
    assert alike == [each.like for each in alike]
    told = [sent(each) for each in mesh(*shared, apart, *both).gateways]
    assert [sent(only(mesh(*shared, apart, one))) for one in both] == told
    assert told[0] != told[1]


def test_servers_are_known_in_all_namespaces_that_are_sent_the_same() -> None:
    written = gateway("a/one", server(80, "HTTP", "x.test"))
    made = mesh(written, pods("a/ingress"), pods("b/ingress"), pods("c/ingress")).gateways
    assert {"a", "b", "c"} == made.namespaces_of(written)
    assert [*made] == made.serving_gateways("x.test") == [*made.of(written)]
    assert ["a"] == [each.workload.namespace for each, _ in made.fates(written.servers[0])]
    by_namespace = made.fates_by_namespace(written.servers[0])
    assert ["a", "b", "c"] == [each.workload.namespace for each, _ in by_namespace]


def test_tls_routes_make_chains_until_a_name_is_taken() -> None:
    def tls(name, sni, age):
        spec = {"match": [{"sniHosts": [sni]}], "route": [{"destination": {"host": name}}]}
        return routes_for(f"a/{name}", ["*.test"], ["g"], tls=[spec], age=age)

    made = only(mesh(
        gateway("a/g", server(443, "TLS", "*.test", mode="PASSTHROUGH")),
        tls("one", "x.test", 1), tls("two", "y.test", 2), tls("late", "x.test", 3),
    ))  # fmt: skip
    chains = [(chain.sni, chain.targets[0].host) for chain in made.listeners[0].chains]
    expected = [(("x.test",), "one.a.svc.cluster.local"), (("y.test",), "two.a.svc.cluster.local")]
    assert expected == chains
    assert ["late"] == [each_route.match.resource.name for each_route in made.skipped_routes]


def test_auto_passthrough_has_a_chain_for_each_service_port() -> None:
    made = only(mesh(
        gateway("a/g", server(15443, "TLS", "*.local", mode="AUTO_PASSTHROUGH")),
        service("shop/cart", ports=((80, 8080), (90, 9090)), selector={"app": "cart"}),
        thing("ServiceEntry", "shop/out", {"hosts": ["out.local"], "ports": [{"number": 80}]}),
    ))  # fmt: skip
    sni = [chain.sni[0] for chain in made.listeners[0].chains]
    host = "cart.shop.svc.cluster.local"
    assert [f"outbound_.80_._.{host}", f"outbound_.90_._.{host}"] == sni


def test_hosts_find_the_servers_that_take_them() -> None:
    made = mesh(
        gateway("a/g", server(80, "HTTP", "*.x.test"), server(443, "TLS", "one.x.test", **TLS)),
        gateway("b/g", server(80, "HTTP", "y.test"), selector={"istio": "private"}),
    )
    names = {host: sorted(s.key_name for _, s in made.gateways.serving(host))
             for host in ("one.x.test", "two.x.test", "*.test", "z.test")}  # fmt: skip
    assert {
        "one.x.test": ["a/g#0", "a/g#1"],
        "two.x.test": ["a/g#0"],
        "*.test": ["a/g#0", "a/g#1", "b/g#0"],
        "z.test": [],
    } == names


SERVERS = st.builds(
    server,
    st.sampled_from([80, 443, 8080]),
    st.sampled_from(["HTTP", "GRPC", "HTTPS", "TLS", "TCP"]),
    st.sampled_from(["x.test", "*.test", "./x.test", "*", "b/*"]),
    name=st.sampled_from(["a", "b", "c"]),
    bind=st.sampled_from([None, "10.0.0.1"]),
    mode=st.sampled_from(["SIMPLE", "PASSTHROUGH", "MUTUAL"]),
)


@given(st.lists(st.lists(SERVERS, max_size=3), max_size=4), st.randoms())
def test_each_server_is_on_one_socket_or_dropped_whatever_the_order(several, random) -> None:
    made = [gateway(f"a/g{n}", *servers, age=n) for n, servers in enumerate(several)]
    shuffled = list(made)
    random.shuffle(shuffled)
    for first, second in zip(mesh(*made).gateways, mesh(*shuffled).gateways, strict=True):
        placed = [each_server.key_name for s in first.merged.sockets for each_server in s.servers]
        dropped = [
            each_server.key_name for each_server in first.servers if each_server.drop is not None
        ]
        assert sorted(each_server.key_name for each_server in first.servers) == sorted(
            placed + dropped
        )
        assert [(each_server.key_name, each_server.drop) for each_server in first.servers] == [
            (each_server.key_name, each_server.drop) for each_server in second.servers
        ]
        assert all(
            each_server.rival in first.servers
            for each_server in first.servers
            if each_server.drop is not None
        )
