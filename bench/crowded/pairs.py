"""Crowds in which each of many could concern each of many others, and concerns few of them or none."""

import json

from crowded.objects import (
    Objects,
    crowd,
    entry,
    namespaces,
    thing,
    workload,
)

_MANY = 60
"""More names than one is compared with as a whole (``spelling.py``)."""


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
def services_of_other_labels(count: int) -> Objects:
    count += _MANY
    for i in range(count):
        yield workload(f"s-{i}", team="shop")
        selector = {"app": f"service-{i}", "team": "shop"}
        ports = [{"name": "http", "port": 80}]
        yield thing("Service", f"s-{i}", spec={"selector": selector, "ports": ports})
