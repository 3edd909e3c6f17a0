"""Crowds of namespaces, and of what tells them apart: exports, settings of the mesh, control planes."""

import json

from crowded.objects import (
    MTLS,
    Objects,
    crowd,
    entry,
    namespaces,
    service,
    thing,
    told_apart,
    virtual,
    workload,
)


@crowd
def many_namespaces(count: int) -> Objects:
    yield from told_apart(count)


@crowd
def namespaces_with_rules(count: int) -> Objects:
    yield from namespaces(count, **{"istio-injection": "enabled"})
    for i in range(count):
        yield service("web", f"n-{i}")
        yield workload("web", f"n-{i}")
        host = f"web.n-{i}.svc.cluster.local"
        subsets = [{"name": "v1", "labels": {"app": "web"}}]
        yield thing("DestinationRule", "web", f"n-{i}", spec={"host": host, "subsets": subsets})
        yield thing("VirtualService", "web", f"n-{i}", spec={
            "hosts": [host], "http": [{"route": [{"destination": {"host": host}}]}],
        })  # fmt: skip


@crowd
def export_lists(count: int) -> Objects:
    yield from namespaces(count)
    names = [f"n-{i}" for i in range(count)]
    yield service("web", annotations={"networking.istio.io/exportTo": ",".join(names)})
    yield virtual("all", ["web"], "web", exportTo=names)
    spec = {"host": "web", "trafficPolicy": {"tls": MTLS}, "exportTo": names}
    yield thing("DestinationRule", "web", spec=spec)
    yield entry("out", "api.example.com", exportTo=names)


@crowd
def exports_of_many(count: int) -> Objects:
    for i in range(count):
        names = [f"n-{i}", f"n-{(i + 1) % count}"]
        yield thing("Namespace", f"n-{i}", meta={"namespace": None})
        yield service(
            "web", f"n-{i}", annotations={"networking.istio.io/exportTo": ",".join(names)}
        )
        yield workload("web", f"n-{i}")
        host = f"web.n-{i}.svc.cluster.local"
        spec = {"host": host, "trafficPolicy": {"tls": MTLS}, "exportTo": names}
        yield thing("DestinationRule", "web", f"n-{i}", spec=spec)


@crowd
def rules_of_one_host_in_namespaces(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    yield from namespaces(count)
    for i in range(count):
        host = "web.shop.svc.cluster.local"
        spec = {"host": host, "trafficPolicy": {"tls": MTLS}, "exportTo": ["."]}
        yield thing("DestinationRule", "web", f"n-{i}", spec=spec)
        yield workload(f"c-{i}", f"n-{i}")


@crowd
def service_entries_of_one_host_in_namespaces(count: int) -> Objects:
    for i in range(count):
        one = entry("api", "api.example.com", exportTo=["."])
        one["metadata"]["namespace"] = f"n-{i}"
        yield one
        yield workload("web", f"n-{i}")


@crowd
def private_rules_in_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        spec = {"host": f"web.n-{(i + 1) % count}.svc.cluster.local", "exportTo": ["."]}
        spec["trafficPolicy"] = {"tls": MTLS}
        yield thing("DestinationRule", "web", f"n-{i}", spec=spec)


@crowd
def private_services_in_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        annotations = {"networking.istio.io/exportTo": "."}
        yield service("own", f"n-{i}", app="web", annotations=annotations)


@crowd
def private_entries_in_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        one = entry("own", f"own-{i}.example.com", exportTo=["."])
        one["metadata"]["namespace"] = f"n-{i}"
        yield one


@crowd
def private_virtual_services_in_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        host = f"web.n-{(i + 1) % count}.svc.cluster.local"
        http = [{"route": [{"destination": {"host": host}}]}]
        spec = {"hosts": [host], "http": http, "exportTo": ["."]}
        yield thing("VirtualService", "own", f"n-{i}", spec=spec)


@crowd
def routes_by_source_namespace(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        host = f"web.n-{i}.svc.cluster.local"
        match = [{"sourceNamespace": f"n-{(i + 1) % count}"}]
        http = [{"match": match, "route": [{"destination": {"host": host}}]}]
        yield thing("VirtualService", "web", f"n-{i}", spec={"hosts": [host], "http": http})


@crowd
def labels_of_namespaces(count: int) -> Objects:
    for i in range(count):
        labels = {"istio-injection": "enabled", "istio.io/rev": f"r-{i}", f"l-{i}": "x"}
        yield thing("Namespace", f"n-{i}", meta={"namespace": None, "labels": labels})
        yield workload("web", f"n-{i}")


@crowd
def control_planes(count: int) -> Objects:
    for i in range(count):
        config = {"trustDomain": "a", "rootNamespace": "istio-system"}
        yield thing("IstioOperator", f"o-{i}", "istio-system", spec={
            "revision": f"r-{i}", "meshConfig": config,
        })  # fmt: skip
        yield workload("web", f"n-{i}")


@crowd
def parts_of_a_mesh_config(count: int) -> Objects:
    providers = [{"name": f"p-{i}", "envoyOtelAls": {"service": f"s-{i}.shop", "port": 80}}
                 for i in range(count)]  # fmt: skip
    picks = [{"matchLabels": {"team": f"t-{i}"}} for i in range(count)]
    config = {"extensionProviders": providers, "discoverySelectors": picks}
    config["trustDomainAliases"] = [f"d-{i}" for i in range(count)]
    yield thing("ConfigMap", "istio", "istio-system", data={"mesh": json.dumps(config)})
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
    yield from namespaces(count, team="t-1")


@crowd
def networks_of_a_mesh(count: int) -> Objects:
    networks = {
        f"n-{i}": {
            "endpoints": [{"fromRegistry": f"c-{i}"}],
            "gateways": [{"address": f"10.0.{i // 250}.{i % 250}", "port": 15443}],
        }
        for i in range(count)
    }
    data = {"mesh": "{}", "meshNetworks": json.dumps({"networks": networks})}
    yield thing("ConfigMap", "istio", "istio-system", data=data)
    for i in range(count):
        yield workload(f"s-{i}", **{"topology.istio.io/network": f"n-{i}"})
        yield service(f"s-{i}")
