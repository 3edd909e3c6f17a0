"""Crowds of Gateways, Ingresses and certificates."""

from crowded.objects import (
    Objects,
    calls,
    crowd,
    gateway,
    policy,
    server,
    service,
    thing,
    virtual,
    workload,
)


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
def gateways_of_many_namespaces(count: int) -> Objects:
    for i in range(count):
        home = f"n-{i}"
        yield workload("gate", home, role="entry")
        yield service("gate", home)
        yield service("web", home)
        spec = {"selector": {"role": "entry"}, "servers": [server(80, f"h-{i}.example.com")]}
        yield thing("Gateway", "entry", home, spec=spec)
        http = [{"route": [{"destination": {"host": "web"}}]}]
        spec = {"hosts": [f"h-{i}.example.com"], "gateways": ["entry"], "http": http}
        yield thing("VirtualService", "web", home, spec=spec)


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
def secrets(count: int) -> Objects:
    for i in range(count):
        yield thing("Secret", f"c-{i}", type="kubernetes.io/tls", data={"tls.crt": "YQ=="})
    yield workload("gate")
    port = {"number": 443, "name": "https", "protocol": "HTTPS"}
    tls = {"mode": "SIMPLE", "credentialName": "missing"}
    yield gateway("g", {"port": port, "hosts": ["h.example.com"], "tls": tls})


@crowd
def gateways_with_a_port_each(count: int) -> Objects:
    ports = [{"name": f"http-{i}", "port": 1000 + i} for i in range(count)]
    yield thing("Service", "gate", spec={"selector": {"role": "entry"}, "ports": ports})
    for i in range(count):
        yield workload(f"gate-{i}", role="entry")
        spec = {"selector": {"role": "entry"}, "servers": [server(1000 + i, f"h-{i}.example.com")]}
        yield thing("Gateway", f"g-{i}", spec=spec)


@crowd
def credentials_not_found(count: int) -> Objects:
    yield workload("gate")
    for i in range(count):
        data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
        yield thing("Secret", f"cert-{i}", type="kubernetes.io/tls", data=data)
        port = {"number": 443, "name": "https", "protocol": "HTTPS"}
        tls = {"mode": "SIMPLE", "credentialName": f"cart-{i}"}
        yield gateway(f"g-{i}", {"port": port, "hosts": [f"h-{i}.example.com"], "tls": tls})


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
