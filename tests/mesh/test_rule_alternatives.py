"""Alternatives that name ports and gateways are found at their listeners, in the order of the rules."""

from hypothesis import given
from hypothesis import strategies as st
from tls_meshes import mesh, thing

from meshctl.mesh.traffic.routes import ProxyNode

GATEWAYS = st.sampled_from([[], ["mesh"], ["shop/a"], ["shop/a", "mesh"]])
MATCHES = st.lists(st.tuples(st.sampled_from([None, 80, 90]), GATEWAYS), max_size=3)


@given(st.lists(MATCHES, min_size=1, max_size=5))
def test_routes_are_those_of_the_matches_that_are_for_the_listener(rules) -> None:
    http = [
        {
            "name": f"r{number}",
            "route": [{"destination": {"host": "web"}}],
            "match": [
                {"name": f"{place}", "uri": {"prefix": f"/{number}/{place}"}, "gateways": named}
                | ({"port": port} if port else {})
                for place, (port, named) in enumerate(matches)
            ],
        }
        for number, matches in enumerate(rules)
    ]
    spec = {"hosts": ["web"], "gateways": ["mesh", "shop/a", "shop/b"], "http": http}
    made = mesh(thing("VirtualService", "shop/web", spec))
    routes = made.traffic.routes
    (service,) = routes.naming("mesh")
    for gateway in ("mesh", "shop/a", "shop/b"):
        for port in (80, 90, 100):
            wanted = []
            for number, matches in enumerate(rules):
                wanted += [
                    f"r{number}.{place}"
                    for place, (asked, named) in enumerate(matches)
                    if asked in {None, port} and (not named or gateway in named)
                ]
                if not matches:  # it takes the rest
                    wanted.append(f"r{number}")
                    break
            built = routes.build(service, gateway, port, ProxyNode(None, None))
            assert [route.name for route in built] == wanted


@given(st.lists(st.sets(st.sampled_from([0, 80, 90]), min_size=1), min_size=9, max_size=12))
def test_the_first_of_many_services_with_a_route_on_the_port_counts(several) -> None:
    services = [
        thing(
            "VirtualService",
            f"shop/v{number:02}",
            {
                "hosts": ["web"],
                "http": [
                    {
                        "match": [{"port": port, "uri": {"prefix": "/"}}] if port else [],
                        "route": [{"destination": {"host": "web"}}],
                    }
                    for port in sorted(ports, reverse=True)
                ],
            },
        )
        for number, ports in enumerate(several)
    ]
    routes = mesh(*services).traffic.routes
    for port in (80, 90, 100):
        built = routes.in_mesh("web.shop.svc.cluster.local", "shop", port)
        fitting = [number for number, ports in enumerate(several) if ports & {0, port}]
        found = {route.virtual_service.name for route in built}
        assert found == ({f"v{fitting[0]:02}"} if fitting else set())
