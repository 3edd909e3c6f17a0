from tests.mesh.gateway_api_meshes import (
    SERVICES,
    conditions,
    gateway,
    mesh_of,
    route,
    routes_at_gateway,
    the_gateway,
    the_route,
)

_PLAIN = "{name: web, port: 80, protocol: HTTP}"
_TO_DOOR = "parentRefs: [{name: door}]"
_TO_TEA = "backendRefs: [{name: tea, port: 80}]"


def test_a_class_of_another_controller_has_no_status() -> None:
    mesh = mesh_of(gateway(_PLAIN).replace("istio,", "nginx,") + route("a", _TO_DOOR))
    assert mesh.gateway_api.gateway(the_gateway(mesh)) is None
    assert mesh.gateway_api.parents(the_route(mesh)) == ()


def test_a_remote_gateway_is_accepted_and_has_no_listeners() -> None:
    mesh = mesh_of(gateway(_PLAIN).replace("istio,", "istio-remote,"))
    found = mesh.gateway_api.gateway(the_gateway(mesh))
    assert found is not None
    assert found.listeners == ()
    expected = {"Accepted": ("True", "Accepted"), "Programmed": ("True", "Programmed")}
    assert conditions(mesh.gateway_api.gateway_conditions(the_gateway(mesh))) == expected


def test_a_gateway_without_pods_in_the_input_stands_for_those_istiod_makes() -> None:
    rules = f"{_TO_DOOR}, hostnames: [tea.example.com], rules: [{{{_TO_TEA}}}]"
    mesh = mesh_of(SERVICES + gateway(_PLAIN) + route("a", rules), is_whole=False)
    [one] = mesh.gateway_api.gateways
    assert one.workload.name == "kettle/door-istio"
    assert [listener.port for listener in one.listeners] == [80]
    assert routes_at_gateway(mesh) == {"tea.example.com": [("kettle.a.0", "/")]}


def test_rules_of_several_routes_are_ordered_by_path_before_age() -> None:
    old = f"{_TO_DOOR}, hostnames: [tea.example.com], rules: [{{{_TO_TEA}}}]"
    paths = ", ".join(
        f"{{path: {{type: {kind}, value: {value}}}}}"
        for kind, value in (
            ("RegularExpression", "/very/long/.*"),
            ("PathPrefix", "/cup"),
            ("Exact", "/x"),
        )
    )
    young = f"{_TO_DOOR}, hostnames: [tea.example.com], rules: [{{matches: [{paths}], {_TO_TEA}}}]"
    text = SERVICES + gateway(_PLAIN) + route("old", old) + route("young", young, age=9)
    found = routes_at_gateway(mesh_of(text))["tea.example.com"]
    # The expression, however long, comes after the prefix /, which ends the list.
    assert found == [
        ("kettle.young.0", "/x"),
        ("kettle.young.0", "/cup(/.*)?"),
        ("kettle.old.0", "/"),
    ]


def test_an_older_route_without_hostnames_is_not_merged_with_one_that_has_them() -> None:
    listener = "{name: web, port: 80, protocol: HTTP, hostname: '*.example.com'}"
    wide = f"{_TO_DOOR}, rules: [{{matches: [{{path: {{value: /a}}}}], {_TO_TEA}}}]"
    exact = "matches: [{path: {type: Exact, value: /a/b}}]"
    close = f"{_TO_DOOR}, hostnames: ['*.example.com'], rules: [{{{exact}, {_TO_TEA}}}]"
    text = SERVICES + gateway(listener) + route("wide", wide) + route("close", close, age=9)
    found = routes_at_gateway(mesh_of(text))["*.example.com"]
    assert [name for name, _ in found] == ["kettle.wide.0", "kettle.close.0"]


def test_a_closer_listener_takes_a_host_even_where_it_refuses_the_route() -> None:
    wide = "{name: all, port: 80, protocol: HTTP, hostname: '*.example.com', allowedRoutes: {namespaces: {from: All}}}"
    own = "{name: own, port: 80, protocol: HTTP, hostname: www.example.com}"
    spec = "parentRefs: [{name: door, namespace: kettle}], hostnames: [www.example.com, api.example.com], rules: [{backendRefs: [{name: milk, port: 80}]}]"
    mesh = mesh_of(SERVICES + gateway(f"{wide}, {own}") + route("a", spec, home="dairy"))
    [parent] = mesh.gateway_api.parents(the_route(mesh))
    assert parent.is_accepted
    assert list(routes_at_gateway(mesh)) == ["api.example.com"]


def test_a_backend_name_with_a_dot_takes_all_rules_away() -> None:
    rules = f"rules: [{{{_TO_TEA}}}, {{backendRefs: [{{name: tea.kettle, port: 80}}]}}]"
    mesh = mesh_of(SERVICES + gateway(_PLAIN) + route("a", f"{_TO_DOOR}, {rules}"))
    [parent] = mesh.gateway_api.parents(the_route(mesh))
    expected = {"Accepted": ("True", "Accepted"), "ResolvedRefs": ("False", "InvalidDestination")}
    assert conditions(parent.conditions) == expected
    assert routes_at_gateway(mesh) == {"*": []}


def test_a_wrong_port_of_a_service_is_nobodys_fault() -> None:
    rules = "rules: [{backendRefs: [{name: tea, port: 99}]}]"
    mesh = mesh_of(SERVICES + gateway(_PLAIN) + route("a", f"{_TO_DOOR}, {rules}"))
    [parent] = mesh.gateway_api.parents(the_route(mesh))
    assert conditions(parent.conditions)["ResolvedRefs"] == ("True", "ResolvedRefs")


def test_a_bad_certificate_before_a_good_one_leaves_no_name() -> None:
    refs = "certificateRefs: [{name: gone}, {name: there}]"
    listener = f"{{name: tls, port: 443, protocol: HTTPS, tls: {{{refs}}}}}"
    there = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: there, namespace: kettle}\n"
    mesh = mesh_of(gateway(listener) + there)
    found = mesh.gateway_api.gateway(the_gateway(mesh))
    assert found is not None
    [one] = found.listeners
    assert one.tls.presents_mesh_certificate
    assert all(
        each.status == "True"
        for each in (one.conditions["Accepted"], one.conditions["ResolvedRefs"])
    )
    turned = gateway(listener.replace("gone}, {name: there", "there}, {name: gone"))
    mesh = mesh_of(turned + there)
    found = mesh.gateway_api.gateway(the_gateway(mesh))
    assert found is not None
    assert found.listeners[0].tls.settings is not None
    assert found.listeners[0].tls.settings["credentialName"] == "kubernetes-gateway://kettle/there"


def test_of_http_and_tcp_on_one_port_the_later_loses() -> None:
    mesh = mesh_of(gateway(f"{_PLAIN}, {{name: raw, port: 80, protocol: TCP}}"))
    found = mesh.gateway_api.gateway(the_gateway(mesh))
    assert found is not None
    first, second = found.listeners
    assert first.is_valid
    assert conditions(second.conditions)["Conflicted"] == ("True", "ProtocolConflict")


def test_a_listener_set_adds_a_listener_where_the_gateway_allows_it() -> None:
    one_more = """
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: more, namespace: dairy}
spec: {parentRef: {name: door, namespace: kettle}, listeners: [{name: extra, protocol: HTTP}]}
"""
    to_set = "parentRefs: [{kind: ListenerSet, name: more}], rules: [{backendRefs: [{name: milk, port: 80}]}]"
    text = SERVICES + one_more + route("a", to_set, home="dairy")
    closed = mesh_of(text + gateway("{name: web, port: 81, protocol: HTTP}"))
    assert closed.gateway_api.parents(the_route(closed)) == ()
    allowed = ", allowedListeners: {namespaces: {from: All}}"
    opened = mesh_of(
        text + gateway("{name: web, port: 81, protocol: HTTP}", extra=allowed), is_whole=False
    )
    [parent] = opened.gateway_api.parents(the_route(opened))
    assert parent.is_accepted
    assert routes_at_gateway(opened) == {"*": [("dairy.a.0", "/")]}


def test_a_consumers_route_counts_for_its_own_namespace_alone() -> None:
    to_milk = "parentRefs: [{group: '', kind: Service, name: milk, namespace: dairy}]"
    rules = "rules: [{backendRefs: [{name: milk, port: 80, namespace: dairy}]}]"
    text = SERVICES + route("own", f"{to_milk}, {rules}", home="dairy")
    mesh = mesh_of(text + route("mine", f"{to_milk}, {rules}", age=9))
    routes = mesh.gateway_api.routes
    host = "milk.dairy.svc.cluster.local"
    found = {
        namespace: [one.name for one in routes.in_mesh(host, namespace)]
        for namespace in ("kettle", "dairy", "elsewhere")
    }
    assert found == {
        "kettle": ["kettle.mine.0"],
        "dairy": ["dairy.own.0"],
        "elsewhere": ["dairy.own.0"],
    }


def test_of_two_tcp_routes_the_older_gets_the_connections() -> None:
    listener = "{name: raw, port: 90, protocol: TCP}"
    text = SERVICES + gateway(listener)
    for name, age in (("young", 9), ("old", 0)):
        backend = "tea" if name == "old" else "none"
        spec = f"{_TO_DOOR}, rules: [{{backendRefs: [{{name: {backend}, port: 80}}]}}]"
        text += route(name, spec, kind="TCPRoute", age=age)
    mesh = mesh_of(text)
    [one] = mesh.gateway_api.gateways
    [chain] = one.listeners[0].chains
    assert chain.targets[0].host == "tea.kettle.svc.cluster.local"
    listeners = mesh.gateway_api.gateway(the_gateway(mesh))
    assert listeners is not None
    assert [each.name for each in mesh.gateway_api.attached(listeners.listeners[0])] == [
        "old",
        "young",
    ]


def test_the_place_of_a_generated_route_is_the_match_that_somebody_wrote() -> None:
    rules = f"rules: [{{matches: [{{path: {{value: /a}}}}, {{path: {{value: /b}}}}], {_TO_TEA}}}]"
    mesh = mesh_of(SERVICES + gateway(_PLAIN) + route("a", f"{_TO_DOOR}, {rules}"))
    [made] = mesh.gateway_api.virtual_services
    place = made.origin(made.http[1].matches[0].at())
    assert (place.resource.kind, place.path) == ("HTTPRoute", ("spec", "rules", 0, "matches", 1))
    backend = made.origin(made.http[1].routes[0].destination.at("host"))
    assert backend.path == ("spec", "rules", 0, "backendRefs", 0)


def test_a_virtual_service_and_a_route_compete_for_a_service_by_namespace_and_age() -> None:
    to_milk = "parentRefs: [{group: '', kind: Service, name: milk, namespace: dairy}]"
    rules = "rules: [{backendRefs: [{name: milk, port: 80, namespace: dairy}]}]"
    older = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: all, namespace: dairy, creationTimestamp: "2026-01-01T10:00:00Z"}
spec: {hosts: [milk], http: [{name: of-all, route: [{destination: {host: milk}}]}]}
"""
    mesh = mesh_of(SERVICES + older + route("own", f"{to_milk}, {rules}", home="dairy"))
    host = "milk.dairy.svc.cluster.local"
    found = {
        namespace: [one.name for one in mesh.merged_routes.in_mesh(host, namespace)]
        for namespace in ("dairy", "kettle")
    }
    # Routes of the client's own namespace come first, then the oldest.
    assert found == {"dairy": ["dairy.own.0"], "kettle": ["of-all"]}


def test_a_service_of_calls_takes_all_of_its_methods() -> None:
    rules = f"rules: [{{matches: [{{method: {{service: pack.Tea}}}}], {_TO_TEA}}}]"
    mesh = mesh_of(
        SERVICES + gateway(_PLAIN) + route("a", f"{_TO_DOOR}, {rules}", kind="GRPCRoute")
    )
    [one] = mesh.gateway_api.gateways
    [taken] = one.route_configs["http.80"][0].routes
    assert [True, True, False] == [
        taken.request.path.takes(path)
        for path in ("/pack.Tea/Brew", "/pack.Tea", "/pack.Teapot/Brew")
    ]
