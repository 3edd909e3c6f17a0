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
    "GRPCRoute": "gateway.networking.k8s.io/v1",
    "TLSRoute": "gateway.networking.k8s.io/v1alpha2",
    "TCPRoute": "gateway.networking.k8s.io/v1alpha2",
    "BackendTLSPolicy": "gateway.networking.k8s.io/v1",
    "KubernetesGateway": "gateway.networking.k8s.io/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "Certificate": "cert-manager.io/v1",
    "Rollout": "argoproj.io/v1alpha1",
    "IstioOperator": "install.istio.io/v1alpha1",
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
    kind = kind.removeprefix("Kubernetes")
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


def entry_gateway(*listeners: object) -> dict[str, Any]:
    """Make a Gateway of the Gateway API."""
    several = listeners or ({"name": "http", "port": 80, "protocol": "HTTP"},)
    return thing("KubernetesGateway", "entry", spec={
        "gatewayClassName": "istio", "listeners": list(several),
    })  # fmt: skip


def filled(name: str, **pod: object) -> dict[str, Any]:
    """Make a workload of which the first container has more fields."""
    one = workload(name)
    one["spec"]["template"]["spec"]["containers"][0] |= pod
    return one


def told_apart(count: int) -> Objects:
    """Make namespaces with a Service and a workload each."""
    yield from namespaces(count, **{"istio-injection": "enabled"})
    for i in range(count):
        yield service("web", f"n-{i}")
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
def sidecars_that_import_all(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        yield thing("Sidecar", "default", f"n-{i}", spec={"egress": [{"hosts": ["*/*"]}]})


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
def sources_of_a_rule(count: int) -> Objects:
    yield workload("web")
    sources = [{"source": {"ipBlocks": [f"10.{i // 250}.{i % 250}.0/24"]}} for i in range(count)]
    yield policy("all", {"from": sources})


@crowd
def operations_of_a_rule(count: int) -> Objects:
    yield workload("web")
    operations = [{"operation": {"methods": ["GET"], "paths": [f"/p/{i}"]}} for i in range(count)]
    yield policy("all", {"to": operations})


@crowd
def sources_and_operations_of_a_rule(count: int) -> Objects:
    yield workload("web")
    sources = [{"source": {"namespaces": [f"n-{i}"]}} for i in range(count)]
    operations = [{"operation": {"hosts": [f"h-{i}.example.com"]}} for i in range(count)]
    yield policy("all", {"from": sources, "to": operations})


@crowd
def conditions_of_a_rule(count: int) -> Objects:
    yield workload("web")
    when = [{"key": f"request.headers[x-{i}]", "values": ["a"]} for i in range(count)]
    yield policy("all", {"when": when})


@crowd
def values_of_a_condition(count: int) -> Objects:
    yield workload("web")
    when = [{"key": "request.headers[x]", "values": [f"a-{i}" for i in range(count)]}]
    yield policy("all", {"when": when})


@crowd
def namespaces_of_a_rule(count: int) -> Objects:
    yield from told_apart(count)
    spaces = [f"n-{i}" for i in range(count)]
    yield policy("all", {"from": [{"source": {"namespaces": spaces, "notNamespaces": ["x"]}}]})


@crowd
def claims_of_a_token_rule(count: int) -> Objects:
    yield workload("web")
    claims = [{"header": f"x-{i}", "claim": f"c-{i}"} for i in range(count)]
    rule = {"issuer": "a", "jwksUri": "https://a.com/k", "outputClaimToHeaders": claims}
    rule["fromHeaders"] = [{"name": f"y-{i}"} for i in range(count)]
    rule["audiences"] = [f"z-{i}" for i in range(count)]
    yield thing("RequestAuthentication", "all", spec={"jwtRules": [rule]})


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
def variables_of_a_container(count: int) -> Objects:
    yield filled("web", env=[{"name": f"V_{i}", "value": f"v{i}"} for i in range(count)])
    yield service("web")


@crowd
def ports_of_a_container(count: int) -> Objects:
    yield filled("web", ports=[{"containerPort": 1000 + i, "name": f"p-{i}"} for i in range(count)])
    yield service("web")


@crowd
def volumes_of_a_pod(count: int) -> Objects:
    mounts = [{"name": f"v-{i}", "mountPath": f"/v/{i}"} for i in range(count)]
    one = filled("web", volumeMounts=mounts)
    one["spec"]["template"]["spec"]["volumes"] = [{"name": f"v-{i}"} for i in range(count)]
    yield one


@crowd
def annotations_of_a_workload(count: int) -> Objects:
    one = workload("web")
    one["spec"]["template"]["metadata"]["annotations"] = {f"a/{i}": "x" for i in range(count)}
    one["metadata"]["annotations"] = {f"sidecar.istio.io/a{i}": "x" for i in range(count)}
    yield one


@crowd
def addresses_of_a_config_map(count: int) -> Objects:
    yield service("web")
    data = {f"key-{i}": f"http://s-{i}.shop.svc.cluster.local:80/a" for i in range(count)}
    yield thing("ConfigMap", "all", data=data)
    one = filled("web", envFrom=[{"configMapRef": {"name": "all"}}])
    yield one


@crowd
def config_maps_of_addresses(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        data = {"config.yaml": f"upstream: http://s-{(i + 1) % count}.shop:80/\nport: 80\n"}
        yield thing("ConfigMap", f"m-{i}", data=data)
        yield filled(f"s-{i}", envFrom=[{"configMapRef": {"name": f"m-{i}"}}])


@crowd
def paths_of_an_ingress(count: int) -> Objects:
    yield service("web")
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [{"path": f"/{i}", "pathType": "Prefix", "backend": backend} for i in range(count)]
    rules = [{"host": "h.example.com", "http": {"paths": paths}}]
    yield thing("Ingress", "all", spec={"ingressClassName": "istio", "rules": rules})


@crowd
def rules_of_an_ingress(count: int) -> Objects:
    yield service("web")
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    http = {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}
    rules = [{"host": f"h-{i}.example.com", "http": http} for i in range(count)]
    tls = [{"hosts": [f"h-{i}.example.com"], "secretName": f"c-{i}"} for i in range(count)]
    yield thing("Ingress", "all", spec={"ingressClassName": "istio", "rules": rules, "tls": tls})


@crowd
def peers_of_a_network_policy(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    peers = [{"podSelector": {"matchLabels": {"app": f"s-{i}"}}} for i in range(count)]
    blocks = [{"ipBlock": {"cidr": f"10.{i // 250}.{i % 250}.0/24"}} for i in range(count)]
    ports = [{"port": 1000 + i, "protocol": "TCP"} for i in range(count)]
    rules = [{"from": [*peers, *blocks], "ports": ports}]
    yield thing("NetworkPolicy", "all", spec={"podSelector": {}, "ingress": rules})


@crowd
def certificates(count: int) -> Objects:
    yield workload("gate")
    issuer = {"name": "issuer", "kind": "ClusterIssuer"}
    for i in range(count):
        names = [f"h-{i}.example.com"]
        spec = {"secretName": f"c-{i}", "dnsNames": names, "issuerRef": issuer}
        yield thing("Certificate", f"c-{i}", spec=spec)
        port = {"number": 443, "name": "https", "protocol": "HTTPS"}
        tls = {"mode": "SIMPLE", "credentialName": f"c-{i}"}
        yield gateway(f"g-{i}", {"port": port, "hosts": names, "tls": tls})


@crowd
def names_of_a_certificate(count: int) -> Objects:
    names = [f"h-{i}.example.com" for i in range(count)]
    spec = {"secretName": "c", "dnsNames": names, "issuerRef": {"name": "issuer"}}
    yield thing("Certificate", "c", spec=spec)
    port = {"number": 443, "name": "https", "protocol": "HTTPS"}
    tls = {"mode": "SIMPLE", "credentialName": "c"}
    yield workload("gate")
    yield gateway("g", {"port": port, "hosts": names, "tls": tls})


@crowd
def rollouts(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        yield service(f"c-{i}", app=f"s-{i}")
        yield virtual(f"v-{i}", [f"s-{i}"], f"s-{i}")
        one = workload(f"s-{i}")
        routing = {"istio": {"virtualService": {"name": f"v-{i}"}}}
        canary = {"canaryService": f"c-{i}", "stableService": f"s-{i}", "trafficRouting": routing}
        spec = one["spec"] | {"strategy": {"canary": canary}}
        yield thing("Rollout", f"s-{i}", spec=spec)


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
def hosts_and_services_of_a_virtual_service(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
    route = [{"destination": {"host": f"s-{i}"}, "weight": 1} for i in range(count)]
    yield virtual("all", [f"s-{i}" for i in range(count)], "s-0", http=[{"route": route}])
    tcp = [{"match": [{"port": 1000 + i}], "route": [{"destination": {"host": f"s-{i}"}}]}
           for i in range(count)]  # fmt: skip
    yield virtual("tcp", ["tcp.example.com"], "s-0", tcp=tcp)


@crowd
def long_text(count: int) -> Objects:
    yield service("web")
    yield virtual("all", ["web"], "web", http=[{
        "match": [{"uri": {"exact": "/a" * 20 * count}}],
        "headers": {"request": {"set": {"x": "a b " * 20 * count}}},
        "route": [{"destination": {"host": "web"}}],
    }])  # fmt: skip
    yield filled("web", args=["--url=http://web.shop/ " * 10 * count])


@crowd
def long_expression(count: int) -> Objects:
    yield service("web")
    match = [{"uri": {"regex": "/(" + "|".join(f"a{i}" for i in range(count)) + ")/.*"}}]
    http = [{"match": match, "route": [{"destination": {"host": "web"}}]}]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def long_names(count: int) -> Objects:
    yield service("web")
    host = ".".join(["a" * 60] * count)
    yield virtual("all", [host, f"*.{host}", "web." * count], "web")
    yield thing("DestinationRule", "all", spec={"host": f"*.{host}", "exportTo": ["a" * count]})


@crowd
def deep_nesting(count: int) -> Objects:
    value: dict[str, Any] = {"name": "f"}
    for _ in range(min(count, 90)):
        value = {"typed_config": value, "list": [{"a": 1}] * (count // 90)}
    patch = {"applyTo": "HTTP_FILTER", "patch": {"operation": "INSERT_FIRST", "value": value}}
    yield thing("EnvoyFilter", "deep", spec={"configPatches": [patch]})


@crowd
def pods_of_a_deployment(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    owner = [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "controller": True}]
    for i in range(count):
        meta = {"labels": {"app": "web"}, "ownerReferences": owner}
        containers = [{"name": "main", "image": "example.com/a:1"}]
        status = {"podIP": f"10.2.{i // 250}.{i % 250}", "phase": "Running"}
        yield thing("Pod", f"web-1-{i}", meta=meta, spec={"containers": containers}, status=status)


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
def virtual_services_in_a_circle(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}")
        redirect = {"authority": f"s-{(i + 1) % count}.shop.svc.cluster.local"}
        yield virtual(f"v-{i}", [f"s-{i}"], "", http=[{"redirect": redirect}])


@crowd
def external_names(count: int) -> Objects:
    for i in range(count):
        name = f"s-{i + 1}.shop.svc.cluster.local"
        yield thing("Service", f"s-{i}", spec={"type": "ExternalName", "externalName": name})
    yield service(f"s-{count}")


@crowd
def mirrors_of_one_service(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield service(f"s-{i}")
        http = [{"route": [{"destination": {"host": f"s-{i}"}}], "mirrors": [
            {"destination": {"host": "web"}, "percentage": {"value": 10}}]}]  # fmt: skip
        yield virtual(f"v-{i}", [f"s-{i}"], "web", http=http)


@crowd
def tokens_of_one_gateway(count: int) -> Objects:
    yield workload("gate")
    yield gateway("all", server(80, "*"))
    role = {"matchLabels": {"app": "gate"}}
    for i in range(count):
        issuer = f"https://i-{i}.example.com"
        rules = [{"issuer": issuer, "jwksUri": f"{issuer}/keys"}]
        yield thing("RequestAuthentication", f"a-{i}", spec={"selector": role, "jwtRules": rules})
        rule = {"from": [{"source": {"requestPrincipals": [f"{issuer}/*"]}}],
                "to": [{"operation": {"paths": [f"/p/{i}/*"]}}]}  # fmt: skip
        yield policy(f"p-{i}", rule, selector=role)
        http = [{"match": [{"uri": {"prefix": f"/p/{i}/"}}], "corsPolicy": {"allowOrigins": [
            {"exact": "https://a.com"}]}, "route": [{"destination": {"host": "web"}}]}]  # fmt: skip
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], "web", http=http, gateways=["all"])
    yield service("web")


@crowd
def ambient_namespaces(count: int) -> Objects:
    labels = {"istio.io/dataplane-mode": "ambient"}
    yield from namespaces(count, **labels)
    for i in range(count):
        yield service("web", f"n-{i}")
        yield workload("web", f"n-{i}")
        rule = calls(f"cluster.local/ns/n-{(i + 1) % count}/sa/web")
        yield thing("AuthorizationPolicy", "web", f"n-{i}", spec={"rules": [rule]})


@crowd
def services_of_one_waypoint(count: int) -> Objects:
    labels = {"istio.io/dataplane-mode": "ambient"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    listeners = [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]
    spec = {"gatewayClassName": "istio-waypoint", "listeners": listeners}
    yield thing("KubernetesGateway", "way", spec=spec)
    for i in range(count):
        yield service(f"s-{i}", labels={"istio.io/use-waypoint": "way"})
        yield workload(f"s-{i}")
        refs = [{"kind": "Service", "group": "", "name": f"s-{i}"}]
        yield policy(f"p-{i}", calls(f"cluster.local/ns/shop/sa/s-{i}"), targetRefs=refs)


@crowd
def ingresses_of_one_host(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        backend = {"service": {"name": "web", "port": {"name": "http"}}}
        path = {"path": f"/p/{i}", "pathType": "Prefix", "backend": backend}
        rule = {"host": "www.example.com", "http": {"paths": [path]}}
        tls = [{"hosts": ["www.example.com"], "secretName": f"c-{i}"}]
        spec = {"ingressClassName": "istio", "rules": [rule], "tls": tls}
        yield thing("Ingress", f"i-{i}", spec=spec)


@crowd
def ingresses_beside_a_wildcard(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        backend = {"service": {"name": "web", "port": {"number": 80}}}
        path = {"path": "/", "pathType": "Prefix", "backend": backend}
        rule = {"host": f"h-{i}.a.example.com", "http": {"paths": [path]}}
        tls = [{"hosts": ["*." + "*.a.example.com"[2 * (i % 2) :]], "secretName": f"c-{i}"}]
        tls += [{"hosts": [f"h-{count - i}.a.example.com"], "secretName": f"d-{i}"}]
        spec = {"ingressClassName": "istio", "rules": [rule], "tls": tls}
        yield thing("Ingress", f"i-{i}", spec=spec)


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


@crowd
def audits(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield policy(
            f"p-{i}",
            calls(f"cluster.local/ns/shop/sa/s-{i}"),
            action="AUDIT",
            selector={"matchLabels": {"app": f"s-{i}"}},
        )
        patch = {"applyTo": "HTTP_FILTER", "patch": {"operation": "INSERT_FIRST", "value": {}}}
        yield thing("EnvoyFilter", f"f-{i}", spec={"configPatches": [patch]})
        yield thing("Telemetry", f"t-{i}", f"n-{i}", spec={"accessLogging": [{"disabled": True}]})


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
def network_policies_of_peers_and_port_names(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        yield workload(f"s-{i}", "back")
        yield service(f"s-{i}")
        labels = {"app": f"s-{(i + 1) % count}", "tier": f"t-{i}"}
        sources = [
            {"podSelector": {"matchLabels": labels}},
            {"podSelector": {}, "namespaceSelector": {"matchLabels": {"team": f"t-{i}"}}},
        ]
        ports = [{"port": f"http-{i}"}, {"port": "main"}, {"port": 1000 + i}]
        selected = {"matchLabels": {"app": f"s-{i}"}} if i % 2 else {}
        spec = {"podSelector": selected, "ingress": [{"from": sources, "ports": ports}]}
        yield thing("NetworkPolicy", f"p-{i}", spec=spec)


@crowd
def limit_ranges(count: int) -> Objects:
    yield thing(
        "Namespace", "shop", meta={"namespace": None, "labels": {"istio-injection": "enabled"}}
    )
    for i in range(count):
        yield workload(f"s-{i}")
        limits = [{"type": "Container", "max": {"cpu": str(3 + i)}, "min": {"memory": "1Mi"}}]
        yield thing("LimitRange", f"l-{i}", spec={"limits": limits}) | {"apiVersion": "v1"}


@crowd
def scaled_objects(count: int) -> Objects:
    keda = workload("keda", "keda")
    keda["spec"]["template"]["spec"]["containers"][0]["image"] = "ghcr.io/kedacore/keda:2"
    yield keda
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    yield thing("PeerAuthentication", "all", spec={"mtls": {"mode": "STRICT"}})
    yield service("web")
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        metadata = {"serverAddress": "http://web.shop.svc.cluster.local:80", "query": "a"}
        triggers = [{"type": "prometheus", "metadata": metadata}]
        one = thing("ScaledObject", f"o-{i}", spec={"triggers": triggers})
        yield one | {"apiVersion": "keda.sh/v1alpha1"}


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


def proxied(i: int) -> str:
    """Write a server of nginx that passes requests on."""
    return (
        f"server {{ listen {1000 + i}; location / {{ proxy_set_header Host $host; "
        f"proxy_pass http://s-{i}.shop.svc.cluster.local:80; }} }}\n"
    )


@crowd
def servers_of_nginx(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    text_of_all = "".join(proxied(i) for i in range(count))
    yield thing("ConfigMap", "all", data={"nginx.conf": text_of_all})
    yield thing("ConfigMap", "one", data={"nginx.conf": proxied(0)})
    yield filled("proxy", envFrom=[{"configMapRef": {"name": "all"}}])
    for i in range(count):
        yield service(f"s-{i}")
        yield filled(f"s-{i}", envFrom=[{"configMapRef": {"name": "one"}}])


@crowd
def config_maps_of_nginx(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    for i in range(count):
        yield service(f"s-{i}")
        yield thing("ConfigMap", f"m-{i}", data={"nginx.conf": proxied(i)})
        yield filled(f"s-{i}", envFrom=[{"configMapRef": {"name": f"m-{i}"}}])


@crowd
def headers_of_tokens(count: int) -> Objects:
    role = {"matchLabels": {"app": "web"}}
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        issuer = f"https://i-{i}.example.com"
        headers = [{"name": f"x-{i}", "prefix": "Bearer "}, {"name": "authorization"}]
        rules = [{"issuer": issuer, "jwksUri": f"{issuer}/keys", "fromHeaders": headers}]
        yield thing("RequestAuthentication", f"a-{i}", spec={"selector": role, "jwtRules": rules})
        when = [{"key": f"request.headers[x-{i}]", "values": ["Bearer a"]}]
        when += [{"key": "request.headers[authorization]", "values": ["Bearer *"]}]
        yield policy(f"p-{i}", {"when": when}, selector=role)


@crowd
def schemes_of_requests(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    http = [
        {"match": [{"scheme": {"exact": "https"}, "uri": {"prefix": f"/p/{i}"}}],
         "route": [{"destination": {"host": "web"}}]}
        for i in range(count)
    ]  # fmt: skip
    yield gateway("all", server(80, "www.example.com"))
    yield virtual("all", ["www.example.com"], "web", http=http, gateways=["all"])
    names = [f"g-{i}" for i in range(count)]
    yield virtual("each", ["www.example.com"], "web", http=http[:1], gateways=names)
    for i in range(count):
        yield gateway(f"g-{i}", server(1000 + i, "www.example.com"))


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


def anchored(count: int) -> str:
    """Write a Service of which aliases repeat parts."""
    ports = "".join(f"  - {{<<: *port, name: http-{i}, port: {1000 + i}}}\n" for i in range(count))
    labels = "".join(f"    l-{i}: *text\n" for i in range(count))
    return (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: &text web\n  namespace: shop\n"
        f"  labels:\n{labels}spec:\n  selector: {{app: web}}\n  ports:\n"
        f"  - &port {{name: http, port: 80, targetPort: 8080}}\n{ports}"
    )


WRITTEN: dict[str, Callable[[int], str]] = {
    "anchors-of-a-document": anchored,
    "comments-of-a-file": lambda count: "# a comment\n" * count + json.dumps(service("web")),
    "empty-documents": lambda count: "---\n" * count + json.dumps(service("web")),
    "broken-documents": lambda count: "".join(f"---\na: [{i}\n" for i in range(count)),
    "broken-lines": lambda count: (
        "kind: Service\n" + "".join(f" a{i}: b: c\n" for i in range(count))
    ),
}
"""Crowds of text rather than of objects."""


def text(name: str, count: int) -> str:
    """Write a crowd as documents of one file; JSON is YAML, and a line a field."""
    if name in WRITTEN:
        return WRITTEN[name](count)
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


NAMES = (*CROWDS, *WRITTEN, "ignore-comments", "one-line")


def main() -> None:
    """List the crowds, or write one."""
    if len(sys.argv) < 4:
        print("\n".join(NAMES))
        return
    Path(sys.argv[3]).write_text(text(sys.argv[1], int(sys.argv[2])))


if __name__ == "__main__":
    main()
