"""Crowds of Gateways and routes of the Gateway API, and in one of them."""

from typing import Any

from crowded.objects import Objects, crowd, entry_gateway, service, thing, workload


@crowd
def reference_grants(count: int) -> Objects:
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    spec = {"gatewayClassName": "istio", "listeners": listeners}
    entry = thing("Gateway", "entry", spec=spec)
    yield entry | {"apiVersion": "gateway.networking.k8s.io/v1"}
    for i in range(count):
        sources = [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}]
        to = [{"group": "", "kind": "Service", "name": f"s-{i}"}]
        yield thing("ReferenceGrant", f"g-{i}", "back", spec={"from": sources, "to": to})
        yield service(f"s-{i}", "back")
        backends = [{"name": f"s-{i}", "namespace": "back", "port": 80}]
        route = {
            "parentRefs": [{"name": "entry"}],
            "hostnames": [f"h-{i}.example.com"],
            "rules": [{"backendRefs": backends}],
        }
        yield thing("HTTPRoute", f"r-{i}", spec=route)


@crowd
def http_routes_of_one_host(count: int) -> Objects:
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    spec = {"gatewayClassName": "istio", "listeners": listeners}
    yield thing("Gateway", "entry", spec=spec) | {"apiVersion": "gateway.networking.k8s.io/v1"}
    yield service("web")
    for i in range(count):
        rule = {
            "matches": [{"path": {"type": "PathPrefix", "value": f"/p/{i}"}}],
            "backendRefs": [{"name": "web", "port": 80}],
        }
        route = {
            "parentRefs": [{"name": "entry"}],
            "hostnames": ["www.example.com"],
            "rules": [rule],
        }
        yield thing("HTTPRoute", f"r-{i}", spec=route)


@crowd
def http_routes_of_one_gateway(count: int) -> Objects:
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    spec = {"gatewayClassName": "istio", "listeners": listeners}
    yield thing("Gateway", "entry", spec=spec) | {"apiVersion": "gateway.networking.k8s.io/v1"}
    for i in range(count):
        yield service(f"s-{i}")
        route = {
            "parentRefs": [{"name": "entry"}],
            "hostnames": [f"h-{i}.example.com"],
            "rules": [{"backendRefs": [{"name": f"s-{i}", "port": 80}]}],
        }
        yield thing("HTTPRoute", f"r-{i}", spec=route)


@crowd
def rules_of_an_http_route(count: int) -> Objects:
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    spec = {"gatewayClassName": "istio", "listeners": listeners}
    yield thing("Gateway", "entry", spec=spec) | {"apiVersion": "gateway.networking.k8s.io/v1"}
    yield service("web")
    backends = [{"name": "web", "port": 80}]
    rules = [
        {
            "matches": [{"path": {"type": "PathPrefix", "value": f"/p/{i}"}}],
            "backendRefs": backends,
        }
        for i in range(count)
    ]
    spec = {"parentRefs": [{"name": "entry"}], "hostnames": ["www.example.com"], "rules": rules}
    yield thing("HTTPRoute", "all", spec=spec)


@crowd
def kubernetes_gateways(count: int) -> Objects:
    for i in range(count):
        listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
        spec = {"gatewayClassName": "istio", "listeners": listeners}
        made = thing("Gateway", f"g-{i}", spec=spec)
        yield made | {"apiVersion": "gateway.networking.k8s.io/v1"}
        yield service(f"s-{i}")
        route = {
            "parentRefs": [{"name": f"g-{i}"}],
            "rules": [{"backendRefs": [{"name": f"s-{i}", "port": 80}]}],
        }
        yield thing("HTTPRoute", f"r-{i}", spec=route)


@crowd
def parents_of_an_http_route(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
        spec = {"gatewayClassName": "istio", "listeners": listeners}
        made = thing("Gateway", f"g-{i}", spec=spec)
        yield made | {"apiVersion": "gateway.networking.k8s.io/v1"}
    spec = {
        "parentRefs": [{"name": f"g-{i}"} for i in range(count)],
        "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
    }
    yield thing("HTTPRoute", "all", spec=spec)


@crowd
def mesh_http_routes_of_one_service(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        spec = {
            "parentRefs": [{"group": "", "kind": "Service", "name": "web"}],
            "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
        }
        yield thing("HTTPRoute", f"r-{i}", spec=spec)


@crowd
def grants_for_one_namespace(count: int) -> Objects:
    yield service("web", "back")
    for i in range(count):
        sources = [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}]
        spec = {"from": sources, "to": [{"group": "", "kind": "Service"}]}
        yield thing("ReferenceGrant", f"g-{i}", "back", spec=spec)
        spec = {
            "parentRefs": [{"group": "", "kind": "Service", "name": "web", "namespace": "back"}],
            "rules": [{"backendRefs": [{"name": "web", "namespace": "back", "port": 80}]}],
        }
        yield thing("HTTPRoute", f"r-{i}", spec=spec)


@crowd
def listeners_of_a_gateway(count: int) -> Objects:
    listeners = [
        {"name": f"l-{i}", "port": 80, "protocol": "HTTP", "hostname": f"h-{i}.example.com"}
        for i in range(count)
    ]
    spec = {"gatewayClassName": "istio", "listeners": listeners}
    yield thing("Gateway", "entry", spec=spec) | {"apiVersion": "gateway.networking.k8s.io/v1"}
    yield service("web")
    route = {
        "parentRefs": [{"name": "entry"}],
        "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
    }
    yield thing("HTTPRoute", "all", spec=route)


@crowd
def grpc_routes_of_one_gateway(count: int) -> Objects:
    yield entry_gateway()
    yield service("web")
    for i in range(count):
        matches = [{"method": {"service": f"a.S{i}"}}]
        rules = [{"matches": matches, "backendRefs": [{"name": "web", "port": 80}]}]
        yield thing("GRPCRoute", f"r-{i}", spec={"parentRefs": [{"name": "entry"}], "rules": rules})


@crowd
def tls_routes_of_one_gateway(count: int) -> Objects:
    yield entry_gateway(
        {"name": "tls", "port": 443, "protocol": "TLS", "tls": {"mode": "Passthrough"}}
    )
    yield service("web")
    for i in range(count):
        rules = [{"backendRefs": [{"name": "web", "port": 80}]}]
        spec = {"parentRefs": [{"name": "entry"}], "hostnames": [f"h-{i}.example.com"]}
        yield thing("TLSRoute", f"r-{i}", spec=spec | {"rules": rules})


@crowd
def tcp_routes_of_one_gateway(count: int) -> Objects:
    yield entry_gateway({"name": "tcp", "port": 9000, "protocol": "TCP"})
    yield service("web")
    for i in range(count):
        rules = [{"backendRefs": [{"name": "web", "port": 80}]}]
        yield thing("TCPRoute", f"r-{i}", spec={"parentRefs": [{"name": "entry"}], "rules": rules})


@crowd
def backend_tls_policies_of_one_service(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    for i in range(count):
        targets = [{"group": "", "kind": "Service", "name": "web"}]
        checks = {"hostname": "web.example.com", "wellKnownCACertificates": "System"}
        yield thing(
            "BackendTLSPolicy", f"p-{i}", spec={"targetRefs": targets, "validation": checks}
        )


@crowd
def hosts_of_a_kubernetes_route(count: int) -> Objects:
    yield entry_gateway()
    yield service("web")
    spec = {"parentRefs": [{"name": "entry"}], "hostnames": [f"h-{i}.a.com" for i in range(count)]}
    yield thing(
        "HTTPRoute", "all", spec=spec | {"rules": [{"backendRefs": [{"name": "web", "port": 80}]}]}
    )


@crowd
def entries_of_a_reference_grant(count: int) -> Objects:
    yield entry_gateway()
    group = "gateway.networking.k8s.io"
    sources = [{"group": group, "kind": "HTTPRoute", "namespace": f"n-{i}"} for i in range(count)]
    to = [{"group": "", "kind": "Service", "name": f"s-{i}"} for i in range(count)]
    yield thing("ReferenceGrant", "all", "back", spec={"from": sources, "to": to})
    for i in range(count):
        yield service(f"s-{i}", "back")
        backends = [{"name": f"s-{i}", "namespace": "back", "port": 80}]
        parents = [{"name": "entry", "namespace": "shop"}]
        spec = {"parentRefs": parents, "rules": [{"backendRefs": backends}]}
        yield thing("HTTPRoute", "own", f"n-{i}", spec=spec)


def connections(kind: str, name: str, parent: dict[str, Any], **spec: object) -> dict[str, Any]:
    """Make a TLSRoute or a TCPRoute with one rule."""
    rules = [{"backendRefs": [{"name": "web", "port": 80}]}]
    return thing(kind, name, spec={"parentRefs": [parent], "rules": rules} | spec)


@crowd
def tls_routes_of_one_name(count: int) -> Objects:
    passed = {"name": "tls", "port": 443, "protocol": "TLS", "tls": {"mode": "Passthrough"}}
    yield entry_gateway(passed)
    yield service("web")
    for i in range(count):
        names = ["www.example.com", f"h-{i}.example.com"]
        yield connections("TLSRoute", f"r-{i}", {"name": "entry"}, hostnames=names)


@crowd
def tls_routes_of_many_listeners(count: int) -> Objects:
    yield service("web")
    each = 64  # as many as a Gateway may have
    for first in range(0, count, each):
        listeners = [
            {"name": f"l-{i}", "port": 443, "protocol": "TLS", "hostname": f"h-{i}.example.com",
             "tls": {"mode": "Passthrough"}}
            for i in range(first, min(first + each, count))
        ]  # fmt: skip
        spec = {"gatewayClassName": "istio", "listeners": listeners}
        yield thing("KubernetesGateway", f"g-{first}", spec=spec)
        for i in range(first, min(first + each, count)):
            names = [f"h-{i}.example.com", f"h-{i + 1}.example.com"]
            parent = {"name": f"g-{first}"}
            yield connections("TLSRoute", f"r-{i}", parent, hostnames=names)


@crowd
def tls_routes_of_one_service(count: int) -> Objects:
    ports = [{"name": "tls", "port": 443}]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    parent = {"group": "", "kind": "Service", "name": "web"}
    for i in range(count):
        names = ["web.shop.svc.cluster.local", f"h-{i}.example.com"]
        yield connections("TLSRoute", f"r-{i}", parent, hostnames=names)


@crowd
def tcp_routes_of_one_service(count: int) -> Objects:
    ports = [{"name": "tcp", "port": 80}, {"name": "http", "port": 81}]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    for i in range(count):
        parent = {"group": "", "kind": "Service", "name": "web"}
        yield connections("TCPRoute", f"r-{i}", parent)


@crowd
def rules_of_a_tcp_route(count: int) -> Objects:
    yield entry_gateway({"name": "tcp", "port": 9000, "protocol": "TCP"})
    yield service("web")
    rules = [{"backendRefs": [{"name": "web", "port": 80}]}] * count
    yield connections("TCPRoute", "all", {"name": "entry"}, rules=rules)
