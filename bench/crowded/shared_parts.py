"""Crowds of objects that share a part of what tells them apart: a label, a method, a network, a host."""

from crowded.objects import (
    Objects,
    calls,
    crowd,
    entry,
    gateway,
    policy,
    server,
    service,
    thing,
    told_apart,
    virtual,
    workload,
)


def _named(labels: dict[str, str]) -> dict[str, dict[str, str]]:
    return {"matchLabels": labels}


@crowd
def releases_of_many_parts(count: int) -> Objects:
    for i in range(count):
        labels = {"instance": "all", "part": f"p-{i}"}
        ports = [{"name": "http", "port": 80, "targetPort": 8080}]
        yield thing("Service", f"s-{i}", spec={"selector": labels, "ports": ports})
        yield workload(f"w-{i}", app="web", **labels)
        yield policy(f"p-{i}", calls("cluster.local/ns/shop/sa/a"), selector=_named(labels))
        spec = {"selector": _named(labels), "mtls": {"mode": "STRICT"}}
        yield thing("PeerAuthentication", f"a-{i}", spec=spec)
        hosts = [f"./s-{(i + 1) % count}.shop.svc.cluster.local"]
        spec = {"workloadSelector": {"labels": labels}, "egress": [{"hosts": hosts}]}
        yield thing("Sidecar", f"c-{i}", spec=spec)
        ingress = [{"from": [{"podSelector": _named(labels)}]}]
        spec = {"podSelector": _named(labels), "ingress": ingress}
        yield thing("NetworkPolicy", f"n-{i}", spec=spec)


@crowd
def machines_of_many_zones(count: int) -> Objects:
    for i in range(count):
        labels = {"app": "vm", "zone": f"z-{i}"}
        selector = {"labels": labels}
        yield entry(f"e-{i}", f"h-{i}.com", resolution="STATIC", workloadSelector=selector)
        spec = {"address": f"10.1.{i // 256 % 256}.{i % 256}", "labels": labels}
        yield thing("WorkloadEntry", f"e-{i}", spec=spec)
        yield workload(f"w-{i}", **labels)


@crowd
def methods_and_paths_of_policies(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    for i in range(count):
        own = {"operation": {"methods": ["GET"], "paths": [f"/p/{i}/*"]}}
        yield policy(f"a-{i}", {"to": [own]}, selector=_named({"app": "web"}))
        own = {"operation": {"paths": [f"/p/{i}/x"], "notPorts": ["1"]}}
        yield policy(f"d-{i}", {"to": [own]}, selector=_named({"app": "web"}), action="DENY")


@crowd
def networks_of_policies(count: int) -> Objects:
    yield workload("gate")
    yield gateway("all", server(80, "*"))
    for i in range(count):
        blocks = [f"10.{i % 250}.{i // 250}.0/24", f"192.168.{i // 250}.{i % 250}"]
        rule = {"from": [{"source": {"ipBlocks": blocks, "notRemoteIpBlocks": blocks[:1]}}]}
        yield policy(f"a-{i}", rule, selector=_named({"app": "gate"}))
        yield policy(f"d-{i}", rule, selector=_named({"app": "gate"}), action="DENY")


@crowd
def ports_of_one_label_and_services(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    levels = {str(2000 + i): {"mode": "STRICT"} for i in range(count)}
    spec = {"selector": _named({"app": "web"}), "portLevelMtls": levels}
    yield thing("PeerAuthentication", "all", spec=spec)
    for i in range(count):
        ports = [{"name": f"http-{i}", "port": 1000 + i, "targetPort": 2000 + i}]
        yield thing("Service", f"s-{i}", spec={"selector": {"app": "web"}, "ports": ports})
        yield workload(f"w-{i}", app="web")


@crowd
def denials_of_ports_for_all(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        spec = {"action": "DENY", "rules": [{"to": [{"operation": {"ports": [str(8080 + i)]}}]}]}
        yield thing("AuthorizationPolicy", f"p-{i}", "istio-system", spec=spec)


@crowd
def cookies_of_a_virtual_service(count: int) -> Objects:
    yield service("web")
    http = [
        {"match": [{"headers": {"cookie": {"regex": f"^(.*;)?(user=u-{i})(;.*)?$"}}}],
         "route": [{"destination": {"host": "web"}}]}
        for i in range(count)
    ]  # fmt: skip
    yield virtual("all", ["web"], "web", http=http)


@crowd
def rules_with_a_subset_each_of_one_host(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        route = [{"destination": {"host": "web", "subset": f"v{i}"}}]
        http = [{"match": [{"uri": {"prefix": f"/{i}"}}], "route": route}]
        yield virtual(f"v-{i}", [f"h-{i}.example.com", "web"], "web", http=http)
        subsets = [{"name": f"v{i}", "labels": {"app": "web"}}]
        yield thing("DestinationRule", f"d-{i}", spec={"host": "web", "subsets": subsets})


@crowd
def hosts_of_one_egress_gateway(count: int) -> Objects:
    yield workload("egress")
    yield service("egress")
    for i in range(count):
        host = f"h-{i}.example.com"
        yield entry(f"e-{i}", host)
        port = {"number": 443, "name": "tls", "protocol": "TLS"}
        one = {"port": port, "hosts": [host], "tls": {"mode": "PASSTHROUGH"}}
        yield gateway(f"g-{i}", one, app="egress")
        legs = (("mesh", "egress.shop.svc.cluster.local"), (f"g-{i}", host))
        tls = [
            {"match": [{"gateways": [name], "sniHosts": [host]}],
             "route": [{"destination": {"host": to, "port": {"number": 443}}}]}
            for name, to in legs
        ]  # fmt: skip
        spec = {"hosts": [host], "gateways": ["mesh", f"g-{i}"], "tls": tls}
        yield thing("VirtualService", f"v-{i}", spec=spec)


@crowd
def gateways_by_labels_of_namespaces(count: int) -> Objects:
    for i in range(count):
        labels = {"team": f"t-{i}", "part": "all"}
        yield thing("Namespace", f"n-{i}", meta={"namespace": None, "labels": labels})
        allowed = {"namespaces": {"from": "Selector", "selector": _named(labels)}}
        one = {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": allowed}
        spec = {"gatewayClassName": "istio", "listeners": [one]}
        yield thing("KubernetesGateway", f"g-{i}", spec=spec)
        parents = [{"name": f"g-{i}", "namespace": "shop"}]
        rules = [{"backendRefs": [{"name": "web", "port": 80}]}]
        yield thing("HTTPRoute", "r", f"n-{i}", spec={"parentRefs": parents, "rules": rules})
        yield service("web", f"n-{i}")


@crowd
def tcp_ports_of_one_gateway(count: int) -> Objects:
    yield workload("gate")
    ports = [{"number": 10000 + i, "name": f"t-{i}", "protocol": "TCP"} for i in range(count)]
    yield gateway("all", *({"port": port, "hosts": ["*"]} for port in ports))
    for i in range(count):
        yield service(f"s-{i}")
        tcp = [{"match": [{"port": 10000 + i}], "route": [{"destination": {"host": f"s-{i}"}}]}]
        spec = {"hosts": ["*"], "gateways": ["all"], "tcp": tcp}
        yield thing("VirtualService", f"v-{i}", spec=spec)
