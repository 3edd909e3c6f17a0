"""Writes crowds: meshes in which N objects (or clauses of one object) meet at one point.

    python bench/crowds.py                         lists the crowds
    python bench/crowds.py CROWD N FILE            writes one

Each crowd is a way in which a large mesh gets crowded: many objects for one host, one namespace,
one workload, one port. What a command costs must grow with N and not with its square.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

Objects = Iterator[dict[str, Any]]
CROWDS: dict[str, Callable[[int], Objects]] = {}
API = {
    "Service": "v1",
    "Namespace": "v1",
    "ServiceAccount": "v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Pod": "v1",
    "Deployment": "apps/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "AuthorizationPolicy": "security.istio.io/v1",
    "PeerAuthentication": "security.istio.io/v1",
    "RequestAuthentication": "security.istio.io/v1",
    "Telemetry": "telemetry.istio.io/v1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "ProxyConfig": "networking.istio.io/v1beta1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "ReferenceGrant": "gateway.networking.k8s.io/v1beta1",
}
MTLS = {"mode": "ISTIO_MUTUAL"}


def crowd(make: Callable[[int], Objects]) -> Callable[[int], Objects]:
    """Enter a crowd under its name, with dashes."""
    CROWDS[make.__name__.replace("_", "-")] = make
    return make


def thing(kind: str, name: str, namespace: str = "shop", **parts: object) -> dict[str, Any]:
    """Make one object; `meta` joins its metadata, everything else stands beside it."""
    metadata = {"name": name, "namespace": namespace} | dict(parts.pop("meta", {}))  # type: ignore[call-overload]
    version = API.get(kind, "networking.istio.io/v1")
    return {"apiVersion": version, "kind": kind, "metadata": metadata} | parts


def service(name: str, namespace: str = "shop", app: str = "", **meta: object) -> dict[str, Any]:
    """Make a Service with one HTTP port."""
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    spec = {"selector": {"app": app or name}, "ports": ports}
    return thing("Service", name, namespace, meta=meta, spec=spec)


def workload(name: str, namespace: str = "shop", **labels: str) -> dict[str, Any]:
    """Make a Deployment whose pods carry its name as `app`."""
    labels = {"app": name} | labels
    containers = [{"name": "main", "image": "example.com/a:1", "ports": [{"containerPort": 8080}]}]
    pod = {"serviceAccountName": name, "containers": containers}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return thing("Deployment", name, namespace, spec=spec)


def namespaces(count: int, **labels: str) -> Objects:
    """Make `n-0` and so on."""
    for i in range(count):
        yield thing("Namespace", f"n-{i}", meta={"namespace": None, "labels": labels})


def virtual(name: str, hosts: Iterable[str], target: str, **spec: object) -> dict[str, Any]:
    """Make a VirtualService that sends everything to one host."""
    routes = spec.pop("http", [{"route": [{"destination": {"host": target}}]}])
    return thing("VirtualService", name, spec={"hosts": list(hosts), "http": routes} | spec)


def server(port: int, *hosts: str, name: str = "http") -> dict[str, Any]:
    """Make a plain HTTP server of a Gateway."""
    return {"port": {"number": port, "name": name, "protocol": "HTTP"}, "hosts": list(hosts)}


def gateway(name: str, *servers: object, app: str = "gate") -> dict[str, Any]:
    """Make a Gateway for the pods of an app."""
    return thing("Gateway", name, spec={"selector": {"app": app}, "servers": list(servers)})


def policy(name: str, *rules: object, **spec: object) -> dict[str, Any]:
    """Make an AuthorizationPolicy."""
    return thing("AuthorizationPolicy", name, spec={"rules": list(rules)} | spec)


def calls(principal: str) -> dict[str, Any]:
    """Make a rule that admits one principal."""
    return {"from": [{"source": {"principals": [principal]}}]}


@crowd
def plain_services(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")


@crowd
def many_namespaces(count: int) -> Objects:
    yield from namespaces(count, **{"istio-injection": "enabled"})
    for i in range(count):
        yield service("web", f"n-{i}")
        yield workload("web", f"n-{i}")


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
def injection_webhooks(count: int) -> Objects:
    for i in range(count):
        labels = {"istio.io/rev": f"r-{i}"}
        yield thing("Namespace", f"n-{i}", meta={"namespace": None, "labels": labels})
        yield workload("web", f"n-{i}")
        hook = {
            "name": f"rev.namespace.r-{i}.istio.io",
            "clientConfig": {"service": {"name": f"istiod-r-{i}", "namespace": "istio-system"}},
            "namespaceSelector": {"matchLabels": labels},
            "rules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["pods"],
                }
            ],
        }
        meta = {"namespace": None, "labels": {"app": "sidecar-injector"} | labels}
        name = f"istio-sidecar-injector-r-{i}"
        yield thing("MutatingWebhookConfiguration", name, meta=meta, webhooks=[hook])


@crowd
def policies_of_principals(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        yield policy(f"p-{i}", calls(f"cluster.local/ns/shop/sa/s-{i}"))


@crowd
def policies_of_workloads(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        rule = calls(f"cluster.local/ns/shop/sa/s-{(i + 1) % count}")
        yield policy(f"p-{i}", rule, selector={"matchLabels": {"app": f"s-{i}"}})


@crowd
def rules_of_a_policy(count: int) -> Objects:
    yield workload("web")
    rules = (calls(f"cluster.local/ns/shop/sa/s-{i}") for i in range(count))
    yield policy("all", *rules)


@crowd
def principals_of_a_rule(count: int) -> Objects:
    yield workload("web")
    principals = [f"cluster.local/ns/shop/sa/s-{i}" for i in range(count)]
    yield policy("all", {"from": [{"source": {"principals": principals}}]})


@crowd
def paths_of_a_rule(count: int) -> Objects:
    yield workload("web")
    paths = [f"/p/{i}/*" for i in range(count)]
    yield policy("all", {"to": [{"operation": {"paths": paths}}]})


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
def gateways_of_many_workloads(count: int) -> Objects:
    for i in range(count):
        yield workload(f"gate-{i}", role="entry")
        yield service(f"gate-{i}")
        spec = {"selector": {"role": "entry"}, "servers": [server(80, f"h-{i}.example.com")]}
        yield thing("Gateway", f"g-{i}", spec=spec)


@crowd
def routes_of_many_gateway_workloads(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    picks = {"podSelector": {"matchLabels": {"role": "entry"}}}
    spec = {"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [picks]}]}
    yield thing("NetworkPolicy", "web", spec=spec)
    yield policy("web", calls("*/sa/*"), selector={"matchLabels": {"app": "web"}})
    rules = [{"issuer": "https://example.com", "jwksUri": "https://example.com/keys"}]
    role = {"matchLabels": {"role": "entry"}}
    yield thing("RequestAuthentication", "entry", spec={"jwtRules": rules, "selector": role})
    claim = {"headers": {"@request.auth.claims.group": {"exact": "a"}}}
    for i in range(count):
        yield workload(f"gate-{i}", role="entry")
        yield service(f"gate-{i}")
        spec = {"selector": {"role": "entry"}, "servers": [server(80, f"h-{i}.example.com")]}
        yield thing("Gateway", f"g-{i}", spec=spec)
        http = [{"match": [claim], "route": [{"destination": {"host": "web"}}]}]
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], "web", http=http, gateways=[f"g-{i}"])


@crowd
def gateways_of_one_workload(count: int) -> Objects:
    yield workload("gate")
    yield service("gate")
    for i in range(count):
        yield gateway(f"g-{i}", server(80, f"h-{i}.example.com"))
        yield virtual(
            f"v-{i}", [f"h-{i}.example.com"], "gate.shop.svc.cluster.local", gateways=[f"g-{i}"]
        )


@crowd
def gateways_of_one_host(count: int) -> Objects:
    yield workload("gate")
    yield service("gate")
    for i in range(count):
        yield gateway(f"g-{i}", server(80, "www.example.com"))


@crowd
def servers_of_a_gateway(count: int) -> Objects:
    yield workload("gate")
    servers = (server(1000 + i, f"h-{i}.example.com", name=f"http-{i}") for i in range(count))
    yield gateway("all", *servers)


@crowd
def hosts_of_a_server(count: int) -> Objects:
    yield workload("gate")
    yield gateway("all", server(80, *(f"h-{i}.example.com" for i in range(count))))
    yield virtual(
        "all",
        (f"h-{i}.example.com" for i in range(count)),
        "gate.shop.svc.cluster.local",
        gateways=["all"],
    )


@crowd
def wildcards_of_a_server(count: int) -> Objects:
    yield workload("gate")
    yield service("gate")
    yield gateway("all", server(80, *(f"*.h-{i}.example.com" for i in range(count))))
    for i in range(count):
        yield virtual(
            f"v-{i}", [f"a.h-{i}.example.com"], "gate.shop.svc.cluster.local", gateways=["all"]
        )


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


def entry(name: str, *hosts: str, port: int = 443, **spec: object) -> dict[str, Any]:
    """Make a ServiceEntry for hosts outside, by DNS."""
    ports = [{"number": port, "name": f"tls-{port}", "protocol": "TLS"}]
    return thing(
        "ServiceEntry",
        name,
        spec={
            "hosts": list(hosts),
            "ports": ports,
            "resolution": "DNS",
            "location": "MESH_EXTERNAL",
        }
        | spec,
    )


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
def request_authentications(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        rules = [
            {"issuer": f"https://i-{i}.example.com", "jwksUri": f"https://i-{i}.example.com/k"}
        ]
        yield thing("RequestAuthentication", f"a-{i}", spec={"jwtRules": rules})


@crowd
def peer_authentications(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        spec = {"selector": {"matchLabels": {"app": f"s-{i}"}}, "mtls": {"mode": "STRICT"}}
        yield thing("PeerAuthentication", f"a-{i}", spec=spec)


@crowd
def equal_peer_authentications(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield thing("PeerAuthentication", f"a-{i}", spec={"mtls": {"mode": "STRICT"}})


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
def services_of_the_same_pods(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield service(f"s-{i}", app="web")


@crowd
def pods_of_one_service(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web")


@crowd
def ports_of_a_service(count: int) -> Objects:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    yield workload("web")


@crowd
def ports_and_pods_of_a_service(count: int) -> Objects:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    yield thing("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    for i in range(count):
        yield workload(f"w-{i}", app="web")


@crowd
def known_calls(count: int) -> Objects:
    variables = []
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
        variables.append({"name": f"URL_{i}", "value": f"http://s-{i}.shop:80/"})
    caller = workload("caller")
    caller["spec"]["template"]["spec"]["containers"][0]["env"] = variables
    yield caller


@crowd
def network_policies(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        sources = [{"podSelector": {"matchLabels": {"app": f"s-{(i + 1) % count}"}}}]
        spec = {
            "podSelector": {"matchLabels": {"app": f"s-{i}"}},
            "ingress": [{"from": sources}],
        }
        yield thing("NetworkPolicy", f"p-{i}", spec=spec)


@crowd
def ingresses(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        backend = {"service": {"name": "web", "port": {"number": 80}}}
        path = {"path": "/", "pathType": "Prefix", "backend": backend}
        rule = {"host": f"h-{i}.example.com", "http": {"paths": [path]}}
        yield thing("Ingress", f"i-{i}", spec={"ingressClassName": "istio", "rules": [rule]})


@crowd
def secrets_of_gateways(count: int) -> Objects:
    yield workload("gate")
    for i in range(count):
        data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
        yield thing("Secret", f"c-{i}", type="kubernetes.io/tls", data=data)
        port = {"number": 443, "name": "https", "protocol": "HTTPS"}
        tls = {"mode": "SIMPLE", "credentialName": f"c-{i}"}
        yield gateway(f"g-{i}", {"port": port, "hosts": [f"h-{i}.example.com"], "tls": tls})


@crowd
def one_identity(count: int) -> Objects:
    for i in range(count):
        yield service("web", app=f"web-{i}")


@crowd
def unknown_fields(count: int) -> Objects:
    yield thing("Sidecar", "default", spec={f"field{i}": i for i in range(count)})


@crowd
def misspelt_fields_of_an_object(count: int) -> Objects:
    egress = [{"hosts": [f"./s-{i}"], "captureMod": "NONE"} for i in range(count)]
    yield thing("Sidecar", "default", spec={"egress": egress})


@crowd
def ambient_services(count: int) -> Objects:
    labels = {"istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "way"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    listeners = [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]
    spec = {"gatewayClassName": "istio-waypoint", "listeners": listeners}
    yield thing("Gateway", "way", spec=spec) | {"apiVersion": "gateway.networking.k8s.io/v1"}
    for i in range(count):
        yield service(f"s-{i}")
        yield workload(f"s-{i}")
        refs = [{"kind": "Service", "group": "", "name": f"s-{i}"}]
        yield policy(f"p-{i}", calls("cluster.local/ns/shop/sa/web"), targetRefs=refs)


@crowd
def hidden_hosts(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}", annotations={"networking.istio.io/exportTo": "."})
        yield virtual(f"v-{i}", [f"s-{i}"], f"s-{i}", exportTo=["."])


@crowd
def denials_of_one_label(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        caller = workload(f"w-{i}", app="web")
        variables = [{"name": "URL", "value": "http://web.shop:80/"}]
        caller["spec"]["template"]["spec"]["containers"][0]["env"] = variables
        yield caller
        rule = calls(f"cluster.local/ns/shop/sa/w-{(i + 1) % count}")
        selector = {"matchLabels": {"app": "web"}}
        yield policy(f"p-{i}", rule, action="DENY", selector=selector)


@crowd
def callers_of_one_service(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    sources = [{"podSelector": {"matchLabels": {"role": "caller"}}}]
    spec = {"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": sources}]}
    yield thing("NetworkPolicy", "web", spec=spec)
    principals = [f"cluster.local/ns/shop/sa/c-{i}" for i in range(count)]
    yield policy("web", {"from": [{"source": {"principals": principals}}]})
    for i in range(count):
        caller = workload(f"c-{i}", role="caller")
        variables = [{"name": "URL", "value": "http://web.shop:80/"}]
        caller["spec"]["template"]["spec"]["containers"][0]["env"] = variables
        yield caller


@crowd
def callers_of_many_pods(count: int) -> Objects:
    yield service("web")
    sources = [{"podSelector": {"matchLabels": {"role": "caller"}}}]
    spec = {"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": sources}]}
    yield thing("NetworkPolicy", "web", spec=spec)
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        caller = workload(f"c-{i}", role="caller")
        variables = [{"name": "URL", "value": "http://web.shop:80/"}]
        caller["spec"]["template"]["spec"]["containers"][0]["env"] = variables
        yield caller


@crowd
def network_policies_for_all_pods(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield service(f"s-{i}")
        sources = [{"podSelector": {"matchLabels": {"app": f"s-{(i + 1) % count}"}}}]
        spec = {"podSelector": {}, "ingress": [{"from": sources}], "egress": [{"to": sources}]}
        spec["policyTypes"] = ["Ingress", "Egress"]
        yield thing("NetworkPolicy", f"p-{i}", spec=spec)


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
def entries_and_pods_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="vm")
        selector = {"labels": {"app": "vm"}}
        host = f"h-{i}.example.com"
        yield entry(f"e-{i}", host, resolution="STATIC", workloadSelector=selector)
        spec = {"address": f"10.1.{i // 256 % 256}.{i % 256}", "labels": {"app": "vm"}}
        yield thing("WorkloadEntry", f"e-{i}", spec=spec)


@crowd
def ports_of_a_service_entry(count: int) -> Objects:
    ports = [{"number": 1000 + i, "name": f"tls-{i}", "protocol": "TLS"} for i in range(count)]
    yield entry("all", "api.example.com", ports=ports)


@crowd
def service_entries_of_one_host_and_port(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", "api.example.com", endpoints=[{"address": f"a-{i}.example.com"}])


@crowd
def service_entries_of_one_host_in_namespaces(count: int) -> Objects:
    for i in range(count):
        one = entry("api", "api.example.com", exportTo=["."])
        one["metadata"]["namespace"] = f"n-{i}"
        yield one
        yield workload("web", f"n-{i}")


@crowd
def service_entries_of_wildcards(count: int) -> Objects:
    for i in range(count):
        yield entry(f"e-{i}", f"*.h-{i}.example.com", resolution="NONE")


@crowd
def addresses_of_a_service_entry(count: int) -> Objects:
    addresses = [f"10.{i // 65536}.{i // 256 % 256}.{i % 256}" for i in range(count)]
    yield entry("all", "api.example.com", addresses=addresses)


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
def containers_of_a_workload(count: int) -> Objects:
    one = workload("web")
    containers = [{"name": f"c-{i}", "image": "example.com/a:1"} for i in range(count)]
    one["spec"]["template"]["spec"]["containers"] = containers
    yield one
    yield service("web")


@crowd
def labels_of_a_workload(count: int) -> Objects:
    yield workload("web", **{f"l-{i}": "x" for i in range(count)})
    yield service("web")


@crowd
def service_accounts(count: int) -> Objects:
    for i in range(count):
        yield thing("ServiceAccount", f"s-{i}")
        yield workload(f"s-{i}")


@crowd
def secrets(count: int) -> Objects:
    for i in range(count):
        yield thing("Secret", f"c-{i}", type="kubernetes.io/tls", data={"tls.crt": "YQ=="})
    yield workload("gate")
    port = {"number": 443, "name": "https", "protocol": "HTTPS"}
    tls = {"mode": "SIMPLE", "credentialName": "missing"}
    yield gateway("g", {"port": port, "hosts": ["h.example.com"], "tls": tls})


@crowd
def misspelt_subsets(count: int) -> Objects:
    yield service("web")
    yield workload("web", version="v")
    subsets = [{"name": f"version-{i}", "labels": {"version": "v"}} for i in range(count)]
    yield thing("DestinationRule", "web", spec={"host": "web", "subsets": subsets})
    route = [{"destination": {"host": "web", "subset": f"vesrion-{i}"}} for i in range(count)]
    http = [{"match": [{"uri": {"exact": f"/{i}"}}], "route": [one]} for i, one in enumerate(route)]
    yield virtual("web", ["web"], "web", http=http)


@crowd
def identical_objects(count: int) -> Objects:
    for _ in range(count):
        yield service("web", version="1")


@crowd
def alternatives_of_one_object(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield virtual("web", [f"h-{i}.example.com"], f"none-{i}", gateways=["entry"])


@crowd
def services_pods_and_rules_of_one_name(count: int) -> Objects:
    spec = {"mtls": {"mode": "STRICT"}}
    yield thing("PeerAuthentication", "all", spec=spec)
    policy = {"tls": {"mode": "DISABLE"}}
    for i in range(count):
        yield service("web")
        yield workload(f"w-{i}", app="web")
        yield thing("DestinationRule", "web", spec={"host": "web", "trafficPolicy": policy})


@crowd
def waypoints(count: int) -> Objects:
    for i in range(count):
        labels = {"istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "way"}
        yield thing("Namespace", f"n-{i}", meta={"namespace": None, "labels": labels})
        listeners = [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]
        spec = {"gatewayClassName": "istio-waypoint", "listeners": listeners}
        made = thing("Gateway", "way", f"n-{i}", spec=spec)
        yield made | {"apiVersion": "gateway.networking.k8s.io/v1"}
        yield service("web", f"n-{i}")
        yield workload("web", f"n-{i}")


@crowd
def policies_of_one_label(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        rule = calls(f"cluster.local/ns/shop/sa/w-{(i + 1) % count}")
        yield policy(f"p-{i}", rule, selector={"matchLabels": {"app": "web"}})


@crowd
def request_authentications_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        issuer = f"https://i-{i}.example.com"
        rules = [{"issuer": issuer, "jwksUri": f"{issuer}/keys"}]
        spec = {"jwtRules": rules, "selector": {"matchLabels": {"app": "web"}}}
        yield thing("RequestAuthentication", f"a-{i}", spec=spec)
        when = [{"key": "request.auth.claims[iss]", "values": [issuer]}]
        yield policy(f"p-{i}", {"when": when}, selector={"matchLabels": {"app": "web"}})


@crowd
def peer_authentications_of_one_label(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        spec = {"selector": {"matchLabels": {"app": "web"}}, "mtls": {"mode": "STRICT"}}
        yield thing("PeerAuthentication", f"a-{i}", spec=spec)


@crowd
def ambient_policies_of_one_label(count: int) -> Objects:
    labels = {"istio.io/dataplane-mode": "ambient"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        selector = {"matchLabels": {"app": "web"}}
        yield policy(f"p-{i}", calls(f"cluster.local/ns/shop/sa/w-{i}"), selector=selector)
        spec = {"selector": selector, "mtls": {"mode": "STRICT"}}
        yield thing("PeerAuthentication", f"a-{i}", spec=spec)


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
def misspelt_hosts(count: int) -> Objects:
    for i in range(count):
        yield service(f"service-number-{i}")
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], f"servcie-number-{i}")


@crowd
def services_and_pods_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}", app="web")
        yield workload(f"w-{i}", app="web")


@crowd
def sidecars_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        selector = {"labels": {"app": "web"}}
        spec = {"workloadSelector": selector, "egress": [{"hosts": ["./*"]}]}
        yield thing("Sidecar", f"s-{i}", spec=spec)


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
def gateways_with_a_port_each(count: int) -> Objects:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    yield thing("Service", "gate", spec={"selector": {"role": "entry"}, "ports": ports})
    for i in range(count):
        yield workload(f"gate-{i}", role="entry")
        spec = {"selector": {"role": "entry"}, "servers": [server(1000 + i, f"h-{i}.example.com")]}
        yield thing("Gateway", f"g-{i}", spec=spec)


@crowd
def token_rules_of_a_policy(count: int) -> Objects:
    yield workload("web")
    rules = [
        {"issuer": f"https://i-{i}.example.com", "jwksUri": f"https://i-{i}.example.com/k"}
        for i in range(count)
    ]
    yield thing("RequestAuthentication", "all", spec={"jwtRules": rules})


@crowd
def credentials_not_found(count: int) -> Objects:
    yield workload("gate")
    for i in range(count):
        data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
        yield thing("Secret", f"cert-{i}", type="kubernetes.io/tls", data=data)
        port = {"number": 443, "name": "https", "protocol": "HTTPS"}
        tls = {"mode": "SIMPLE", "credentialName": f"cart-{i}"}
        yield gateway(f"g-{i}", {"port": port, "hosts": [f"h-{i}.example.com"], "tls": tls})


def text(name: str, count: int) -> str:
    """Write a crowd as documents of one file; JSON is YAML, and a line a field."""
    if name == "ignore-comments":
        lines = "".join(f"# meshctl: ignore=service/port-name-{i}\n" for i in range(count))
        return lines + json.dumps(service("web"), indent=1)
    if name == "one-line":
        listed = {"apiVersion": "v1", "kind": "List", "items": list(CROWDS["findings"](count))}
        return json.dumps(listed)
    return (
        "# JSON is YAML\n"
        + "\n---\n".join(json.dumps(one, indent=1) for one in CROWDS[name](count))
        + "\n"
    )


@crowd
def findings(count: int) -> Objects:
    for i in range(count):
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], f"none-{i}", gatways=["entry"])


NAMES = (*CROWDS, "ignore-comments", "one-line")


def main() -> None:
    """List the crowds, or write one."""
    if len(sys.argv) < 4:
        print("\n".join(NAMES))
        return
    Path(sys.argv[3]).write_text(text(sys.argv[1], int(sys.argv[2])))


if __name__ == "__main__":
    main()
