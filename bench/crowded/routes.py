"""Crowds of VirtualServices, and in one of them."""

from crowded.objects import Objects, crowd, gateway, server, service, thing, virtual, workload


@crowd
def virtual_services_of_one_host(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    yield gateway("all", server(80, "*"))
    for i in range(count):
        route = [{"destination": {"host": "web"}}]
        http = [{"match": [{"uri": {"prefix": f"/p/{i}"}}], "route": route}]
        yield virtual(f"v-{i}", ["www.example.com"], "web", http=http, gateways=["all"])


@crowd
def virtual_services_of_one_mesh_host(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield virtual(f"v-{i}", ["web"], "web")


@crowd
def delegates(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    yield gateway("all", server(80, "*"))
    http = [
        {"match": [{"uri": {"prefix": f"/p/{i}"}}], "delegate": {"name": f"v-{i}"}}
        for i in range(count)
    ]
    yield virtual("root", ["www.example.com"], "web", http=http, gateways=["all"])
    for i in range(count):
        yield virtual(f"v-{i}", [], "web")


@crowd
def routes_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    route = [{"destination": {"host": "web"}}]
    http = [{"match": [{"uri": {"prefix": f"/p/{i}"}}], "route": route} for i in range(count)]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def equal_routes_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    route = [{"destination": {"host": "web"}}]
    http = [{"match": [{"uri": {"prefix": "/p"}}], "route": route} for _ in range(count)]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def regexes_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    route = [{"destination": {"host": "web"}}]
    http = [{"match": [{"uri": {"regex": f"/p/{i}/.*"}}], "route": route} for i in range(count)]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def destinations_of_a_route(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
    route = [{"destination": {"host": f"s-{i}"}, "weight": 1} for i in range(count)]
    yield virtual("all", ["www.example.com"], "web", http=[{"route": route}])


@crowd
def hidden_hosts(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}", annotations={"networking.istio.io/exportTo": "."})
        yield virtual(f"v-{i}", [f"s-{i}"], f"s-{i}", exportTo=["."])


@crowd
def header_matches_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    route = [{"destination": {"host": "web"}}]
    http = [
        {"match": [{"headers": {"user": {"exact": f"u-{i}"}}}], "route": route}
        for i in range(count)
    ]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def headers_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    route = [{"destination": {"host": "web"}}]
    http = [
        {"match": [{"headers": {f"x-{i}": {"exact": "u"}}}], "route": route} for i in range(count)
    ]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def matches_of_a_route(count: int) -> Objects:
    yield service("web")
    matches = [{"uri": {"prefix": f"/p/{i}"}} for i in range(count)]
    http = [{"match": matches, "route": [{"destination": {"host": "web"}}]}]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def hosts_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    yield virtual("all", (f"h-{i}.example.com" for i in range(count)), "web")


@crowd
def gateways_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    yield virtual("all", ["www.example.com"], "web", gateways=[f"g-{i}" for i in range(count)])
    for i in range(count):
        yield gateway(f"g-{i}", server(1000 + i, "www.example.com"))


@crowd
def tls_routes_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    port = {"number": 443, "name": "tls", "protocol": "TLS"}
    hosts = [f"h-{i}.example.com" for i in range(count)]
    yield gateway("all", {"port": port, "hosts": hosts, "tls": {"mode": "PASSTHROUGH"}})
    tls = [
        {"match": [{"port": 443, "sniHosts": [host]}], "route": [{"destination": {"host": "web"}}]}
        for host in hosts
    ]
    spec = {"hosts": hosts, "gateways": ["all"], "tls": tls}
    yield thing("VirtualService", "all", spec=spec)


@crowd
def headers_of_a_match(count: int) -> Objects:
    yield service("web")
    match = {"headers": {f"x-{i}": {"exact": "u"} for i in range(count)}}
    http = [{"match": [match], "route": [{"destination": {"host": "web"}}]}]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def nested_routes_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    route = [{"destination": {"host": "web"}}]
    http = [{"match": [{"uri": {"prefix": "/a" * (1 + i % 50) + f"/{i}"}}], "route": route}
            for i in range(count)]  # fmt: skip
    yield virtual("all", ["web"], "web", http=http)


@crowd
def hosts_and_services_of_a_virtual_service(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
    route = [{"destination": {"host": f"s-{i}"}, "weight": 1} for i in range(count)]
    yield virtual("all", [f"s-{i}" for i in range(count)], "s-0", http=[{"route": route}])
    tcp = [{"match": [{"port": 1000 + i}], "route": [{"destination": {"host": f"s-{i}"}}]}
           for i in range(count)]  # fmt: skip
    yield virtual("tcp", ["tcp.example.com"], "s-0", tcp=tcp)


@crowd
def virtual_services_in_a_circle(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        redirect = {"authority": f"s-{(i + 1) % count}.shop.svc.cluster.local"}
        yield virtual(f"v-{i}", [f"s-{i}"], "", http=[{"redirect": redirect}])


@crowd
def mirrors_of_one_service(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield service(f"s-{i}")
        http = [{"route": [{"destination": {"host": f"s-{i}"}}], "mirrors": [
            {"destination": {"host": "web"}, "percentage": {"value": 10}}]}]  # fmt: skip
        yield virtual(f"v-{i}", [f"s-{i}"], "web", http=http)
