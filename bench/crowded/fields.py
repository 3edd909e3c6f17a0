"""Crowds in one field of one object: lists, maps and texts that are longer than anybody expects."""

from typing import Any

from crowded.objects import (
    Objects,
    crowd,
    entry,
    entry_gateway,
    filled,
    gateway,
    policy,
    server,
    service,
    thing,
    virtual,
    workload,
)


def _to_web(**spec: object) -> list[dict[str, Any]]:
    return [{"route": [{"destination": {"host": "web"}}]} | spec]


@crowd
def export_lists_of_every_kind(count: int) -> Objects:
    yield service("web")
    names = [f"n-{i}" for i in range(count)]
    yield virtual("all", ["web"], "web", exportTo=names)
    yield thing("DestinationRule", "all", spec={"host": "web", "exportTo": names})
    yield entry("all", "www.example.com", exportTo=names)
    yield service("other", annotations={"networking.istio.io/exportTo": ",".join(names)})


@crowd
def origins_of_a_cors_policy(count: int) -> Objects:
    yield service("web")
    cors = {
        "allowOrigins": [{"exact": f"https://h-{i}.example.com"} for i in range(count)],
        "allowHeaders": [f"x-{i}" for i in range(count)],
        "exposeHeaders": [f"y-{i}" for i in range(count)],
    }
    yield virtual("all", ["web"], "web", http=_to_web(corsPolicy=cors))


@crowd
def written_headers_of_a_route(count: int) -> Objects:
    yield service("web")
    given = {f"x-{i}": f"v-{i}" for i in range(count)}
    names = [f"y-{i}" for i in range(count)]
    headers = {"request": {"set": given, "add": given, "remove": names}}
    match = [{"withoutHeaders": {f"z-{i}": {"exact": "a"} for i in range(count)}}]
    mirrors = [{"destination": {"host": "web"}, "percentage": {"value": 1}}] * count
    http = _to_web(match=match, headers=headers, mirrors=mirrors)
    yield virtual("all", ["web"], "web", http=http)


@crowd
def layer4_matches_of_a_route(count: int) -> Objects:
    yield service("web")
    match = [
        {"port": 1000 + i, "destinationSubnets": [f"10.{i // 250}.{i % 250}.0/24"]}
        for i in range(count)
    ]
    match += [{"sourceLabels": {f"l-{i}": "x"}} for i in range(count)]
    tcp = [{"match": match, "route": [{"destination": {"host": "web"}}]}]
    yield thing("VirtualService", "all", spec={"hosts": ["db.example.com"], "tcp": tcp})


@crowd
def localities_of_a_rule(count: int) -> Objects:
    yield service("web")
    regions = [f"region-{i}" for i in range(count)]
    locality = {
        "distribute": [{"from": f"{one}/*", "to": {f"{one}/*": 100}} for one in regions],
    }
    failover = {
        "failover": [{"from": one, "to": regions[i - 1]} for i, one in enumerate(regions)],
    }
    detection = {"outlierDetection": {"consecutive5xxErrors": 5}}
    for name, setting in (("one", locality), ("two", failover)):
        balancer = {"simple": "ROUND_ROBIN", "localityLbSetting": setting}
        traffic = {"loadBalancer": balancer} | detection
        yield thing("DestinationRule", name, spec={"host": name, "trafficPolicy": traffic})


@crowd
def names_of_a_tls_setting(count: int) -> Objects:
    yield service("web")
    names = [f"h-{i}.example.com" for i in range(count)]
    tls = {"mode": "SIMPLE", "subjectAltNames": names, "sni": names[0]}
    spec = {"host": "web", "trafficPolicy": {"tls": tls}}
    yield thing("DestinationRule", "all", spec=spec)
    one = {"port": {"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": ["*"]}
    tls = {"mode": "MUTUAL", "credentialName": "cert", "subjectAltNames": names,
           "cipherSuites": [f"SUITE-{i}" for i in range(count)]}  # fmt: skip
    yield gateway("all", one | {"tls": tls})


@crowd
def targets_of_a_policy(count: int) -> Objects:
    yield entry_gateway()
    targets = [{"kind": "Service", "group": "", "name": f"s-{i}"} for i in range(count)]
    rule = {"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/web"]}}]}
    yield policy("all", rule, targetRefs=targets)
    yield thing("RequestAuthentication", "all", spec={
        "targetRefs": targets, "jwtRules": [{"issuer": "a", "jwksUri": "https://a.com/k"}],
    })  # fmt: skip
    yield thing("Telemetry", "all", spec={"targetRefs": targets, "tracing": [{}]})
    for i in range(count):
        yield service(f"s-{i}")


@crowd
def addresses_and_methods_of_a_rule(count: int) -> Objects:
    yield workload("web")
    blocks = [f"10.{i // 250}.{i % 250}.0/24" for i in range(count)]
    names = [f"M{i}" for i in range(count)]
    ports = [str(1000 + i) for i in range(count)]
    source = {"ipBlocks": blocks, "notRemoteIpBlocks": blocks}
    operation = {
        "methods": names, "notHosts": [f"h-{i}.com" for i in range(count)], "ports": ports,
        "notPaths": [f"/p/{i}" for i in range(count)],
    }  # fmt: skip
    yield policy("all", {"from": [{"source": source}], "to": [{"operation": operation}]})


@crowd
def ports_of_a_peer_authentication(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    modes = {str(1000 + i): {"mode": "STRICT"} for i in range(count)}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "portLevelMtls": modes}
    yield thing("PeerAuthentication", "all", spec=spec)


@crowd
def providers_of_a_request_authentication(count: int) -> Objects:
    yield workload("web")
    rules = [
        {
            "issuer": f"https://i-{i}.example.com", "jwksUri": f"https://i-{i}.example.com/k",
            "audiences": [f"a-{j}" for j in range(3)], "fromHeaders": [{"name": f"x-{i}"}],
            "fromParams": [f"p-{i}"], "outputPayloadToHeader": f"y-{i}",
        }
        for i in range(count)
    ]  # fmt: skip
    yield thing("RequestAuthentication", "all", spec={"jwtRules": rules})


@crowd
def listeners_for_requests_of_a_sidecar(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    ingress = [
        {"port": {"number": 1000 + i, "protocol": "HTTP", "name": f"http-{i}"},
         "defaultEndpoint": f"127.0.0.1:{9000 + i}"}
        for i in range(count)
    ]  # fmt: skip
    yield thing("Sidecar", "default", spec={"ingress": ingress})


@crowd
def namespaces_of_a_sidecar(count: int) -> Objects:
    yield workload("web")
    for i in range(count):
        yield service("web", f"n-{i}")
    hosts = [f"n-{i}/*" for i in range(count)]
    yield thing("Sidecar", "default", spec={"egress": [{"hosts": hosts}]})


@crowd
def filters_of_an_http_route(count: int) -> Objects:
    yield entry_gateway()
    yield service("web")
    added = [{"name": f"x-{i}", "value": "a"} for i in range(count)]
    change = {"set": added, "add": added, "remove": [f"y-{i}" for i in range(count)]}
    filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": change}]
    mirror = {"backendRef": {"name": "web", "port": 80}}
    filters += [{"type": "RequestMirror", "requestMirror": mirror}] * count
    rules = [{"filters": filters, "backendRefs": [{"name": "web", "port": 80}] * count}]
    yield thing("HTTPRoute", "all", spec={"parentRefs": [{"name": "entry"}], "rules": rules})


@crowd
def matches_of_a_kubernetes_route(count: int) -> Objects:
    yield entry_gateway()
    yield service("web")
    backends = [{"name": "web", "port": 80}]
    matches = [
        {
            "headers": [{"name": f"x-{i}", "value": "a"}],
            "queryParams": [{"name": "q", "value": "a"}],
        }
        for i in range(count)
    ]
    rules = [{"matches": matches, "backendRefs": backends}]
    yield thing("HTTPRoute", "all", spec={"parentRefs": [{"name": "entry"}], "rules": rules})
    matches = [{"method": {"service": f"a.S{i}", "method": "Get"}} for i in range(count)]
    rules = [{"matches": matches, "backendRefs": backends}]
    yield thing("GRPCRoute", "all", spec={"parentRefs": [{"name": "entry"}], "rules": rules})


@crowd
def ports_of_an_annotation(count: int) -> Objects:
    listed = ",".join(str(1000 + i) for i in range(count))
    ranges = ",".join(f"10.{i // 250}.{i % 250}.0/24" for i in range(count))
    mounts = ", ".join(f'"v{i}": {{"mountPath": "/v/{i}"}}' for i in range(count))
    one = workload("web")
    one["spec"]["template"]["metadata"]["annotations"] = {
        "traffic.sidecar.istio.io/excludeOutboundPorts": listed,
        "traffic.sidecar.istio.io/includeInboundPorts": listed,
        "traffic.sidecar.istio.io/excludeOutboundIPRanges": ranges,
        "sidecar.istio.io/userVolumeMount": f"{{{mounts}}}",
        "proxy.istio.io/config": "proxyMetadata:\n"
        + "".join(f"  KEY_{i}: a\n" for i in range(count)),
    }
    yield one
    yield service("web")


@crowd
def endpoints_of_a_slice(count: int) -> Objects:
    yield service("web")
    endpoints = [
        {"addresses": [f"10.{i // 62500}.{i // 250 % 250}.{i % 250}"],
         "targetRef": {"kind": "Pod", "name": f"w-{i}"}}
        for i in range(count)
    ]  # fmt: skip
    meta = {"labels": {"kubernetes.io/service-name": "web"}}
    yield thing("EndpointSlice", "web", meta=meta, addressType="IPv4", endpoints=endpoints,
                ports=[{"name": "http", "port": 80}])  # fmt: skip


@crowd
def variables_of_a_mesh(count: int) -> Objects:
    variables = {f"KEY_{i}": "a" for i in range(count)}
    yield thing("ProxyConfig", "all", "istio-system", spec={"environmentVariables": variables})
    gateways = [{"name": f"gate-{i}", "enabled": True} for i in range(count)]
    values = {"global": {"proxy": variables}, "pilot": {"env": variables}}
    spec = {"components": {"ingressGateways": gateways}, "values": values}
    yield thing("IstioOperator", "all", "istio-system", spec=spec)
    yield workload("web")


@crowd
def urls_of_a_container(count: int) -> Objects:
    yield service("web")
    variables = [{"name": f"URL_{i}", "value": f"http://web.shop:80/{i}"} for i in range(count)]
    variables += [
        {"name": f"OTHER_{i}", "value": f"http://none-{i}.shop:80/{i}"} for i in range(count)
    ]
    yield filled("caller", env=variables)


@crowd
def probes_of_containers(count: int) -> Objects:
    one = workload("web")
    probe = {"httpGet": {"path": "/ready", "port": 8080}}
    one["spec"]["template"]["spec"]["containers"] = [
        {"name": f"c-{i}", "image": "example.com/a:1", "ports": [{"containerPort": 1000 + i}],
         "readinessProbe": {"httpGet": {"path": "/ready", "port": 1000 + i}},
         "livenessProbe": {"tcpSocket": {"port": 1000 + i}}, "startupProbe": probe}
        for i in range(count)
    ]  # fmt: skip
    yield one
    yield service("web")


@crowd
def blocks_of_a_network_policy(count: int) -> Objects:
    yield workload("web")
    yield service("web")
    blocks = [{"ipBlock": {"cidr": f"10.{i // 250}.{i % 250}.0/24"}} for i in range(count)]
    ports = [{"port": 1000 + i, "protocol": "TCP"} for i in range(count)]
    spec = {"podSelector": {}, "ingress": [{"from": blocks, "ports": ports}],
            "egress": [{"to": blocks, "ports": ports}]}  # fmt: skip
    yield thing("NetworkPolicy", "all", spec=spec)


@crowd
def hosts_and_secrets_of_an_ingress(count: int) -> Objects:
    tls = [{"hosts": [f"h-{i}.example.com"], "secretName": f"s-{i}"} for i in range(count)]
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    rules = [{"host": f"h-{i}.example.com", "http": {"paths": paths}} for i in range(count)]
    yield service("web")
    spec = {"ingressClassName": "istio", "tls": tls, "rules": rules}
    yield thing("Ingress", "all", spec=spec)


@crowd
def webhooks_of_a_configuration(count: int) -> Objects:
    hooks = [
        {"name": f"h-{i}.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"],
         "clientConfig": {"service": {"name": "web", "namespace": "shop"}},
         "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                    "resources": ["pods"]}]}
        for i in range(count)
    ]  # fmt: skip
    yield service("web")
    yield workload("web")
    yield thing("MutatingWebhookConfiguration", "all", meta={"namespace": None}, webhooks=hooks)


@crowd
def servers_of_one_selector_with_certificates(count: int) -> Objects:
    yield workload("gate")
    port = {"number": 443, "name": "https", "protocol": "HTTPS"}
    servers = [
        {"port": port | {"name": f"https-{i}"}, "hosts": [f"h-{i}.example.com"],
         "tls": {"mode": "SIMPLE", "credentialName": f"c-{i}"}}
        for i in range(count)
    ]  # fmt: skip
    yield gateway("all", *servers)
    yield gateway("redirects", server(80, "*"))
