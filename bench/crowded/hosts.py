"""Crowds of Services, ServiceEntries and DestinationRules."""

from crowded.objects import (
    MTLS,
    Objects,
    crowd,
    entry,
    namespaces,
    service,
    thing,
    virtual,
    workload,
)


@crowd
def plain_services(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")


@crowd
def headless_services(count: int) -> Objects:
    yield thing(
        "Namespace", "shop", meta={"namespace": None, "labels": {"istio-injection": "enabled"}}
    )
    for i in range(count):
        ports = [{"name": "peer", "port": 5432}, {"name": "tcp", "port": 5433}]
        spec = {"clusterIP": "None", "selector": {"app": f"s-{i}"}, "ports": ports}
        yield thing("Service", f"s-{i}", spec=spec)
        yield workload(f"s-{i}")


@crowd
def clients_by_labels(count: int) -> Objects:
    yield thing(
        "Namespace", "shop", meta={"namespace": None, "labels": {"istio-injection": "enabled"}}
    )
    match = [{"sourceLabels": {"app": "s-0"}}]
    http = [{"match": match, "route": [{"destination": {"host": "s-0"}}]}]
    yield virtual("canary", ["s-0"], "s-0", http=http)
    spec = {"host": "s-0", "workloadSelector": {"matchLabels": {"app": "s-1"}}}
    yield thing("DestinationRule", "canary", spec=spec)
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")


@crowd
def clients_with_routes_of_their_own(count: int) -> Objects:
    yield thing(
        "Namespace", "shop", meta={"namespace": None, "labels": {"istio-injection": "enabled"}}
    )
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
        match = [{"sourceLabels": {"app": f"s-{(7 * i + 1) % count}"}}]
        route = [{"destination": {"host": f"s-{i}"}}]
        http = [{"match": match, "route": route}, {"route": route}]
        yield virtual(f"v-{i}", [f"s-{i}"], f"s-{i}", http=http)


@crowd
def rules_for_all_local_hosts(count: int) -> Objects:
    yield from namespaces(count)
    for i in range(count):
        yield service("web", f"n-{i}")
        spec = {"host": "*.local", "trafficPolicy": {"tls": MTLS}}
        yield thing("DestinationRule", "all", f"n-{i}", spec=spec)


@crowd
def rules_of_one_host(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    for i in range(count):
        subsets = [{"name": f"v{i}", "labels": {"app": "web"}}]
        yield thing("DestinationRule", f"d-{i}", spec={"host": "web", "subsets": subsets})


@crowd
def subsets_of_a_rule(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web", version=f"v{i}")
    subsets = [{"name": f"v{i}", "labels": {"version": f"v{i}"}} for i in range(count)]
    yield thing("DestinationRule", "web", spec={"host": "web", "subsets": subsets})


@crowd
def service_entries_of_one_host(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", "api.example.com", port=1000 + i)


@crowd
def service_entries(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", f"h-{i}.example.com")


@crowd
def hosts_of_a_service_entry(count: int) -> Objects:
    yield entry("all", *(f"h-{i}.example.com" for i in range(count)))


@crowd
def tcp_entries_of_one_port(count: int) -> Objects:
    for i in range(count):
        ports = [{"number": 5432, "name": "tcp", "protocol": "TCP"}]
        addresses = [f"10.{i // 65536}.{i // 256 % 256}.{i % 256}"]
        yield entry(f"e-{i}", f"h-{i}.example.com", ports=ports, addresses=addresses)


@crowd
def endpoints_of_a_service_entry(count: int) -> Objects:
    endpoints = [{"address": f"10.1.{i // 256 % 256}.{i % 256}"} for i in range(count)]
    yield entry("all", "api.example.com", resolution="STATIC", endpoints=endpoints)


@crowd
def workload_entries(count: int) -> Objects:
    selector = {"labels": {"app": "vm"}}
    yield entry("all", "api.example.com", resolution="STATIC", workloadSelector=selector)
    for i in range(count):
        spec = {"address": f"10.1.{i // 256 % 256}.{i % 256}", "labels": {"app": "vm"}}
        yield thing("WorkloadEntry", f"w-{i}", spec=spec)


@crowd
def ports_of_a_service(count: int) -> Objects:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    yield workload("web")


@crowd
def ports_of_a_service_entry(count: int) -> Objects:
    ports = [{"number": 1000 + i, "name": f"tls-{i}", "protocol": "TLS"} for i in range(count)]
    yield entry("all", "api.example.com", ports=ports)


@crowd
def service_entries_of_one_host_and_port(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", "api.example.com", endpoints=[{"address": f"a-{i}.example.com"}])


@crowd
def service_entries_of_wildcards(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", f"*.h-{i}.example.com", resolution="NONE")


@crowd
def addresses_of_a_service_entry(count: int) -> Objects:
    addresses = [f"10.{i // 65536}.{i // 256 % 256}.{i % 256}" for i in range(count)]
    yield entry("all", "api.example.com", addresses=addresses)


@crowd
def rules_of_one_host_by_workload(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    for i in range(count):
        yield workload(f"c-{i}")
        spec = {
            "host": "web",
            "trafficPolicy": {"tls": MTLS},
            "workloadSelector": {"matchLabels": {"app": f"c-{i}"}},
        }
        yield thing("DestinationRule", f"d-{i}", spec=spec)


@crowd
def port_settings_of_a_rule(count: int) -> Objects:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    yield workload("web")
    settings = [{"port": {"number": 1000 + i}, "tls": MTLS} for i in range(count)]
    spec = {"host": "web", "trafficPolicy": {"portLevelSettings": settings}}
    yield thing("DestinationRule", "web", spec=spec)


@crowd
def wildcard_rules(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", f"a.h-{i}.example.com")
        spec = {"host": f"*.h-{i}.example.com", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}
        yield thing("DestinationRule", f"d-{i}", spec=spec)


@crowd
def nested_wildcards(count: int) -> Objects:
    for i in range(count):
        tail = ".".join(f"l{n}" for n in range(i % 60))
        yield virtual(f"v-{i}", [f"*.h-{i}.{tail}.com"], "web", gateways=["mesh"])
        spec = {"host": f"*.h-{i}.{tail}.com", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}
        yield thing("DestinationRule", f"d-{i}", spec=spec)
    yield service("web")


@crowd
def endpoint_slices_of_one_service(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        meta = {"labels": {"kubernetes.io/service-name": "web"}}
        endpoints = [{"addresses": [f"10.2.{i // 250}.{i % 250}"]}]
        ports = [{"name": "http", "port": 8080}]
        parts = {"addressType": "IPv4", "endpoints": endpoints, "ports": ports}
        yield thing("EndpointSlice", f"web-{i}", meta=meta, **parts)


@crowd
def external_names(count: int) -> Objects:
    for i in range(count):
        name = f"s-{i + 1}.shop.svc.cluster.local"
        yield thing("Service", f"s-{i}", spec={"type": "ExternalName", "externalName": name})
    yield service(f"s-{count}")


@crowd
def endpoints_that_are_services(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    yield service("web")
    address = "web.shop.svc.cluster.local"
    names = [f"s-{i}.shop.svc.cluster.local" for i in range(count)]
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
        yield workload(f"w-{i}", app="web")
        yield entry(f"e-{i}", f"h-{i}.example.com", port=80, endpoints=[{"address": address}])
    endpoints = [{"address": name} for name in names]
    yield entry("all", "all.example.com", port=80, endpoints=endpoints)
