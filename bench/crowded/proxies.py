"""Crowds of what configures proxies: Sidecars, EnvoyFilters, WasmPlugins and Telemetries."""

import json

from crowded.gateways import gateways_of_many_workloads
from crowded.objects import (
    Objects,
    crowd,
    gateway,
    server,
    service,
    thing,
    told_apart,
    virtual,
    workload,
)


@crowd
def sidecars_of_a_namespace(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        spec = {
            "workloadSelector": {"labels": {"app": f"s-{i}"}},
            "egress": [{"hosts": [f"./s-{(i + 1) % count}.shop.svc.cluster.local"]}],
        }
        yield thing("Sidecar", f"s-{i}", spec=spec)


@crowd
def equal_sidecars(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield thing("Sidecar", f"s-{i}", spec={"egress": [{"hosts": ["./*"]}]})


@crowd
def hosts_of_a_sidecar(count: int) -> Objects:
    hosts = []
    for i in range(count):
        yield service(f"s-{i}")
        hosts.append(f"./s-{i}.shop.svc.cluster.local")
    yield workload("web")
    yield thing("Sidecar", "default", spec={"egress": [{"hosts": hosts}]})


@crowd
def telemetries(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        spec = {"accessLogging": [{"providers": [{"name": "envoy"}]}]}
        yield thing("Telemetry", f"t-{i}", spec=spec)


@crowd
def envoy_filters(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    for i in range(count):
        value = {"name": f"f-{i}", "typed_config": {"@type": "type.googleapis.com/a.B"}}
        patch = {
            "applyTo": "HTTP_FILTER",
            "match": {"context": "SIDECAR_INBOUND"},
            "patch": {"operation": "INSERT_BEFORE", "value": value},
        }
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch]})


@crowd
def wasm_plugins(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield thing("WasmPlugin", f"p-{i}", spec={"url": f"oci://example.com/p-{i}:1"})


@crowd
def proxy_configs(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield thing("ProxyConfig", f"p-{i}", spec={"concurrency": 1})


@crowd
def envoy_filters_by_workload(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        value = {"name": f"f-{i}", "typed_config": {"@type": "type.googleapis.com/a.B"}}
        patch = {
            "applyTo": "HTTP_FILTER",
            "match": {"context": "SIDECAR_INBOUND"},
            "patch": {"operation": "INSERT_BEFORE", "value": value},
        }
        selector = {"labels": {"app": f"s-{i}"}}
        spec = {"workloadSelector": selector, "configPatches": [patch]}
        yield thing("EnvoyFilter", f"f-{i}", spec=spec)


@crowd
def patches_of_an_envoy_filter(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    patches = []
    for i in range(count):
        value = {"name": f"f-{i}", "typed_config": {"@type": "type.googleapis.com/a.B"}}
        patch = {
            "applyTo": "HTTP_FILTER",
            "match": {"context": "SIDECAR_INBOUND"},
            "patch": {"operation": "INSERT_BEFORE", "value": value},
        }
        patches.append(patch)
    yield thing("EnvoyFilter", "all", spec={"configPatches": patches})


@crowd
def telemetries_by_workload(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        logging = [{"providers": [{"name": "envoy"}]}]
        spec = {"accessLogging": logging, "selector": {"matchLabels": {"app": "web"}}}
        yield thing("Telemetry", f"t-{i}", spec=spec)


@crowd
def wasm_plugins_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        spec = {"url": f"oci://example.com/p-{i}:1", "selector": {"matchLabels": {"app": "web"}}}
        yield thing("WasmPlugin", f"p-{i}", spec=spec)


@crowd
def egress_listeners_of_a_sidecar(count: int) -> Objects:
    yield workload("web")
    egress = []
    for i in range(count):
        yield service(f"s-{i}")
        port = {"number": 1000 + i, "protocol": "HTTP", "name": f"http-{i}"}
        egress.append({"port": port, "hosts": [f"./s-{i}.shop.svc.cluster.local"]})
    yield thing("Sidecar", "default", spec={"egress": egress})


@crowd
def egress_listeners_that_import_all(count: int) -> Objects:
    yield workload("web")
    egress = []
    for i in range(count):
        number = 1000 + i
        ports = [{"name": "http", "port": number, "targetPort": 8080}]
        yield thing("Service", f"s-{i}", spec={"selector": {"app": f"s-{i}"}, "ports": ports})
        http = [{"match": [{"port": number}], "route": [{"destination": {"host": f"s-{i}"}}]}]
        yield virtual(f"s-{i}", [f"s-{i}"], f"s-{i}", http=http)
        port = {"number": number, "protocol": "HTTP", "name": f"http-{i}"}
        egress.append({"port": port, "hosts": ["./*"]})
    yield thing("Sidecar", "default", spec={"egress": egress})


@crowd
def sidecars_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        selector = {"labels": {"app": "web"}}
        spec = {"workloadSelector": selector, "egress": [{"hosts": ["./*"]}]}
        yield thing("Sidecar", f"s-{i}", spec=spec)


@crowd
def envoy_filters_of_clusters(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
        match = {"cluster": {"service": f"s-{i}.shop.svc.cluster.local", "portNumber": 80}}
        patch = {
            "applyTo": "CLUSTER",
            "match": {"context": "SIDECAR_OUTBOUND"} | match,
            "patch": {"operation": "MERGE", "value": {"connect_timeout": "5s"}},
        }
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch]})


@crowd
def sidecars_that_import_all(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        yield thing("Sidecar", "default", f"n-{i}", spec={"egress": [{"hosts": ["*/*"]}]})


@crowd
def filters_of_one_workload(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    for i in range(count):
        match = {"context": "SIDECAR_OUTBOUND", "routeConfiguration": {"vhost": {"name": f"v-{i}"}}}
        value = {"name": f"f-{i}", "request_headers_to_remove": ["x"]}
        patch = {"applyTo": "VIRTUAL_HOST", "match": match,
                 "patch": {"operation": "MERGE", "value": value}}  # fmt: skip
        spec = {"workloadSelector": {"labels": {"app": "web"}}, "configPatches": [patch]}
        yield thing("EnvoyFilter", f"f-{i}", spec=spec)


@crowd
def overrides_of_a_telemetry(count: int) -> Objects:
    yield workload("web")
    tags = {f"tag-{i}": {"value": "'a'"} for i in range(count)}
    overrides = [{"match": {"metric": "REQUEST_COUNT"}, "tagOverrides": tags}]
    overrides += [{"match": {"metric": f"m-{i}"}, "disabled": True} for i in range(count)]
    yield thing("Telemetry", "all", spec={"metrics": [{"overrides": overrides}]})


@crowd
def workloads_of_a_wasm_plugin(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
    targets = [{"kind": "Service", "name": f"s-{i}"} for i in range(count)]
    ports = [{"number": 1000 + i} for i in range(count)]
    yield thing(
        "WasmPlugin", "all", spec={"url": "oci://example.com/p:1", "match": [{"ports": ports}]}
    )
    yield thing("WasmPlugin", "way", spec={"url": "oci://example.com/p:1", "targetRefs": targets})


@crowd
def telemetries_of_one_label(count: int) -> Objects:
    names = [f"p-{i}" for i in range(count)]
    providers = [{"name": name, "envoyOtelAls": {"service": "o", "port": 1}} for name in names]
    data = {"mesh": json.dumps({"extensionProviders": providers})}
    yield thing("ConfigMap", "istio", "istio-system", data=data)
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        named = [{"name": f"p-{i}"}]
        tags = {"match": {"metric": "REQUEST_COUNT"}, "tagOverrides": {f"t-{i}": {"value": "'a'"}}}
        spec = {
            "selector": {"matchLabels": {"app": "web"}},
            "accessLogging": [{"providers": named}, {"filter": {"expression": "true"}}],
            "metrics": [{"providers": named, "overrides": [tags]}, {"overrides": [tags]}],
            "tracing": [{"providers": named, "randomSamplingPercentage": 1}],
        }
        yield thing("Telemetry", f"t-{i}", spec=spec)


@crowd
def telemetries_of_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    named = [{"name": "p"}]
    spec = {"accessLogging": [{"providers": named}], "tracing": [{"providers": named}]}
    yield thing("Telemetry", "all", "istio-system", spec=spec)
    for i in range(count):
        own = {"metrics": [{}], "accessLogging": [{"disabled": True}], "tracing": [{}]}
        yield thing("Telemetry", "own", f"n-{i}", spec=own)


@crowd
def envoy_filters_of_routes(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    yield gateway("all", server(80, "*"))
    for i in range(count):
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], "web", gateways=["all"])
        asked = {"name": "http.80", "vhost": {"name": f"h-{(i + i % 2)}.example.com:80"}}
        patch = {
            "applyTo": "VIRTUAL_HOST",
            "match": {"context": "GATEWAY", "routeConfiguration": asked},
            "patch": {"operation": "MERGE", "value": {"retry_policy": {}}},
        }
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch]})


@crowd
def envoy_filters_of_routes_of_many_gateways(count: int) -> Objects:
    yield from gateways_of_many_workloads(count)
    for i in range(count):
        asked = {"name": f"http.{80 + i % 2}"}
        patch = {
            "applyTo": "ROUTE_CONFIGURATION",
            "match": {"context": "GATEWAY", "routeConfiguration": asked},
            "patch": {"operation": "MERGE", "value": {"request_headers_to_remove": ["x"]}},
        }
        of_listener = {
            "applyTo": "LISTENER",
            "match": {"context": "GATEWAY", "listener": {"name": f"0.0.0.0_{80 + i % 2}"}},
            "patch": {"operation": "MERGE", "value": {"per_connection_buffer_limit_bytes": 1}},
        }
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch, of_listener]})


@crowd
def envoy_filters_of_virtual_hosts(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        patches = [
            {
                "applyTo": "HTTP_ROUTE",
                "match": {"context": context, "routeConfiguration": {"vhost": {"name": name}}},
                "patch": {"operation": "MERGE", "value": {"route": {"timeout": "1s"}}},
            }
            for context, name in (
                ("SIDECAR_INBOUND", f"inbound|http|{80 + i % 2}"),
                ("SIDECAR_OUTBOUND", f"s-{i}.shop.svc.cluster.local:{80 + i % 2}"),
            )
        ]
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": patches})


@crowd
def filters_looked_for(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        name = {"name": "envoy.filters.network.http_connection_manager"}
        asked = name | {"subFilter": {"name": f"envoy.filters.http.router-{i}"}}
        patch = {
            "applyTo": "HTTP_FILTER",
            "match": {
                "context": "SIDECAR_INBOUND",
                "listener": {"filterChain": {"filter": asked}, "portNumber": 8080 + i},
            },
            "patch": {"operation": "INSERT_BEFORE", "value": {"name": f"f-{i}"}},
        }
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch]})
