"""Crowds in which each of many could concern each of many others, and concerns few of them or none."""

import json
from collections.abc import Iterable
from typing import Any

from crowded.objects import (
    MTLS,
    Objects,
    calls,
    crowd,
    entry,
    entry_gateway,
    namespaces,
    policy,
    service,
    thing,
    told_apart,
    virtual,
    workload,
)

_MANY = 60
"""More names than one is compared with as a whole (``spelling.py``)."""
_WEB = {"matchLabels": {"app": "web"}}


def _in_mesh() -> dict[str, Any]:
    labels = {"istio-injection": "enabled"}
    return thing("Namespace", "shop", meta={"namespace": None, "labels": labels})


def _wide_service(count: int) -> dict[str, Any]:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    return thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})


@crowd
def wildcards_for_all_services(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        yield virtual(f"v-{i}", ["*.shop.svc.cluster.local"], f"s-{i}")


@crowd
def mesh_wide_policies_of_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        spec = {"rules": [calls(f"cluster.local/ns/n-{i}/sa/web")]}
        yield thing("AuthorizationPolicy", f"p-{i}", "istio-system", spec=spec)


@crowd
def wildcards_of_egress_listeners(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield entry(f"e-{i}", f"h-{i}.example.com")
    egress = [
        {"port": {"number": 1000 + i, "protocol": "HTTP", "name": f"http-{i}"},
         "hosts": ["*/*.example.com"]}
        for i in range(count)
    ]  # fmt: skip
    yield thing("Sidecar", "default", spec={"egress": egress})


@crowd
def subsets_of_rules_for_all_services(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
        subsets = [{"name": f"v{i}", "labels": {"app": f"s-{i}"}}]
        spec = {"host": "*.shop.svc.cluster.local", "subsets": subsets}
        yield thing("DestinationRule", f"d-{i}", spec=spec | {"trafficPolicy": {"tls": MTLS}})


@crowd
def port_settings_of_subsets(count: int) -> Objects:
    yield _wide_service(count)
    yield workload("web")
    subsets = [
        {"name": f"v{i}", "labels": {"app": "web"}, "trafficPolicy": {
            "portLevelSettings": [{"port": {"number": 1000 + i}, "tls": {"mode": "DISABLE"}}]}}
        for i in range(count)
    ]  # fmt: skip
    yield thing("DestinationRule", "web", spec={"host": "web", "subsets": subsets})


@crowd
def ingress_listeners_and_pods(count: int) -> Objects:
    yield _in_mesh()
    yield _wide_service(count)
    for i in range(count):
        yield workload(f"w-{i}", app="web")
    ingress = [
        {"port": {"number": 1000 + 2 * i, "protocol": "HTTP", "name": f"http-{i}"},
         "defaultEndpoint": f"127.0.0.1:{1000 + i}"}
        for i in range(count)
    ]  # fmt: skip
    picked = {"labels": {"app": "web"}}
    yield thing("Sidecar", "web", spec={"workloadSelector": picked, "ingress": ingress})


@crowd
def misspelt_names_of_ports(count: int) -> Objects:
    count += _MANY
    ports = [
        {"name": f"http-{i}", "port": 1000 + i, "targetPort": f"prot-{i}"} for i in range(count)
    ]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    one = workload("web")
    pod = one["spec"]["template"]["spec"]
    named = [{"containerPort": 1000 + i, "name": f"port-{i}"} for i in range(count)]
    probe = {"readinessProbe": {"httpGet": {"port": "potr-1", "path": "/"}}}
    pod["containers"] = [{"name": "main", "image": "a", "ports": named} | probe]
    yield one


@crowd
def misspelt_namespaces_and_providers(count: int) -> Objects:
    providers = [
        {"name": f"trace-{i}", "zipkin": {"service": "a.b", "port": 1}} for i in range(count)
    ]
    data = {"mesh": json.dumps({"extensionProviders": providers})}
    yield thing("ConfigMap", "istio", "istio-system", data=data)
    yield from namespaces(count)
    for i in range(count):
        rule = {"from": [{"source": {"namespaces": [f"N-{i}"]}}]}
        yield thing("AuthorizationPolicy", "own", f"n-{i}", spec={"rules": [rule]})
        tracing = [{"providers": [{"name": f"trace_{i}"}]}]
        yield thing("Telemetry", "own", f"n-{i}", spec={"tracing": tracing})


def _rules(count: int) -> Iterable[dict[str, Any]]:
    for i in range(count):
        yield {"from": [{"source": {"notIpBlocks": [f"10.{i // 250}.{i % 250}.0/24"]}}]}
        yield {"to": [{"operation": {"paths": [f"/a/{{*}}/{i}"]}}]}
        yield {"to": [{"operation": {"notPaths": [f"/b/{i}/*"], "methods": ["GET"]}}]}
        yield {"when": [{"key": f"request.headers[x-{i}]", "notValues": ["a"]}]}


@crowd
def exceptions_of_a_policy(count: int) -> Objects:
    yield workload("web")
    yield policy("all", *_rules(count), selector=_WEB)


@crowd
def exceptions_of_policies(count: int) -> Objects:
    yield workload("web")
    for i, rule in enumerate(_rules(count)):
        yield policy(f"p-{i}", rule, selector=_WEB)


@crowd
def equal_rules_of_a_policy(count: int) -> Objects:
    yield workload("web")
    yield policy("all", *([calls("cluster.local/ns/shop/sa/web")] * count), selector=_WEB)


@crowd
def equal_conditions_of_a_rule(count: int) -> Objects:
    yield workload("web")
    when = [{"key": "request.headers[x]", "values": ["a"], "notValues": ["b"]}] * count
    yield policy("all", {"when": when}, selector=_WEB)


@crowd
def authorizers_of_one_label(count: int) -> Objects:
    yield _in_mesh()
    yield service("web")
    provider = {"service": "web.shop.svc.cluster.local", "port": 80}
    providers = [{"name": f"p-{i}", "envoyExtAuthzGrpc": provider} for i in range(count)]
    data = {"mesh": json.dumps({"extensionProviders": providers})}
    yield thing("ConfigMap", "istio", "istio-system", data=data)
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        rule = {"to": [{"operation": {"paths": [f"/{i}"]}}]}
        asked = {"action": "CUSTOM", "provider": {"name": f"p-{i}"}}
        yield policy(f"p-{i}", rule, selector=_WEB, **asked)


@crowd
def hosts_and_ports_of_a_service_entry(count: int) -> Objects:
    parts = {
        "exportTo": [f"n-{i}" for i in range(count)],
        "addresses": [f"10.{i // 65536}.{i // 256 % 256}.{i % 256}" for i in range(count)],
        "endpoints": [{"address": f"10.1.{i // 256 % 256}.{i % 256}"} for i in range(count)],
        "ports": [
            {"number": 1000 + i, "name": f"p-{i}", "protocol": ("HTTP", "TCP")[i % 2]}
            for i in range(count)
        ],
    }
    yield entry("all", *(f"h-{i}.example.com" for i in range(count)), resolution="STATIC", **parts)


@crowd
def logs_of_a_telemetry(count: int) -> Objects:
    yield workload("web")
    data = {"mesh": json.dumps({"defaultProviders": {"accessLogging": ["envoy"]}})}
    yield thing("ConfigMap", "istio", "istio-system", data=data)
    logging = [{"filter": {"expression": f"response.code == {i}"}} for i in range(count)]
    yield thing("Telemetry", "all", spec={"accessLogging": logging})


@crowd
def services_of_other_labels(count: int) -> Objects:
    count += _MANY
    for i in range(count):
        yield workload(f"s-{i}", team="shop")
        selector = {"app": f"service-{i}", "team": "shop"}
        ports = [{"name": "http", "port": 80}]
        yield thing("Service", f"s-{i}", spec={"selector": selector, "ports": ports})


@crowd
def policies_behind_one_waypoint(count: int) -> Objects:
    labels = {"istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "way"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    listeners = [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]
    spec = {"gatewayClassName": "istio-waypoint", "listeners": listeners}
    yield thing("KubernetesGateway", "way", spec=spec)
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        yield policy(f"p-{i}", calls(f"cluster.local/ns/shop/sa/w-{i}"), selector=_WEB)
        yield policy(f"o-{i}", calls("cluster.local/ns/shop/sa/way"), selector=_WEB)


@crowd
def filters_for_versions_of_proxies(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        match = {"context": "SIDECAR_INBOUND", "proxy": {"proxyVersion": f"^1[.]{i}[.].*"}}
        change = {"operation": "INSERT_BEFORE", "value": {"name": "own"}}
        patch = {"applyTo": "HTTP_FILTER", "match": match, "patch": change}
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch]})


@crowd
def backends_that_are_missing(count: int) -> Objects:
    yield entry_gateway()
    yield service("web")
    yield workload("web")
    yield thing("Namespace", "shop", meta={"namespace": None})
    rules = [
        {
            "matches": [{"path": {"value": f"/{i}"}}],
            "backendRefs": [{"name": f"none-{i}", "port": 80}],
        }
        for i in range(count)
    ]
    yield thing("HTTPRoute", "all", spec={"parentRefs": [{"name": "entry"}], "rules": rules})


@crowd
def headless_services_of_the_same_pods(count: int) -> Objects:
    yield _in_mesh()
    for i in range(count):
        ports = [{"name": "tcp", "port": 5432}]
        spec = {"clusterIP": "None", "selector": {"app": "web"}, "ports": ports}
        yield thing("Service", f"s-{i}", spec=spec)
        yield workload(f"w-{i}", app="web")
