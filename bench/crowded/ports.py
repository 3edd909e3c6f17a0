"""Crowds of objects that all ask one host, or one set of pods, for ports."""

from crowded.objects import Objects, crowd, server, service, thing, virtual, workload


def _with_ports(count: int, name: str = "web", **spec: object) -> dict[str, object]:
    ports = [
        {"name": f"http-{i}", "port": 1_000 + i, "targetPort": 20_000 + i} for i in range(count)
    ]
    return thing("Service", name, spec={"selector": {"app": name}, "ports": ports} | spec)


def _to(host: str, port: int) -> list[dict[str, object]]:
    return [{"route": [{"destination": {"host": host, "port": {"number": port}}}]}]


@crowd
def routes_to_unknown_ports(count: int) -> Objects:
    yield _with_ports(count)
    for i in range(count):
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], "web", http=_to("web", 40_000 + i))


@crowd
def routes_to_unknown_ports_of_many_entries(count: int) -> Objects:
    host = "api.example.com"
    for i in range(count):
        ports = [{"number": 1_000 + i, "name": "http", "protocol": "HTTP"}]
        spec = {"hosts": [host], "ports": ports, "resolution": "DNS"}
        yield thing("ServiceEntry", f"e-{i}", f"n-{i}", spec=spec)
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], host, http=_to(host, 40_000 + i))


@crowd
def matches_of_a_port_each(count: int) -> Objects:
    yield _with_ports(count)
    http = [{"match": [{"port": 1_000 + 2 * i}], **_to("web", 1_000)[0]} for i in range(count)]
    yield virtual("web", ["web"], "web", http=http)


@crowd
def routes_of_a_service_port_each(count: int) -> Objects:
    yield _with_ports(count)
    for i in range(count):
        parent = {"kind": "Service", "group": "", "name": "web", "port": 1_000 + 2 * i}
        rules = [{"backendRefs": [{"name": "web", "port": 1_000 + i}]}]
        yield thing("HTTPRoute", f"r-{i}", spec={"parentRefs": [parent], "rules": rules})


@crowd
def servers_of_unknown_ports(count: int) -> Objects:
    yield workload("gate")
    yield _with_ports(count, "gate")
    for i in range(count):
        spec = {"selector": {"app": "gate"}, "servers": [server(40_000 + i, f"h-{i}.example.com")]}
        yield thing("Gateway", f"g-{i}", spec=spec)


@crowd
def services_with_a_port_each_of_many_pods(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", team="a")
        ports = [{"name": "http", "port": 1_000 + i, "targetPort": 8080}]
        yield thing("Service", f"s-{i}", spec={"selector": {"team": "a"}, "ports": ports})


@crowd
def services_of_unknown_port_names(count: int) -> Objects:
    pods = workload("web")
    container = pods["spec"]["template"]["spec"]["containers"][0]
    container["ports"] = [{"containerPort": 10_000 + i, "name": f"p{i}"} for i in range(60 + count)]
    yield pods
    for i in range(count):
        ports = [{"name": "http", "port": 80, "targetPort": f"q{i}"}]
        yield thing("Service", f"s-{i}", spec={"selector": {"app": "web"}, "ports": ports})


@crowd
def policies_of_ports_and_subsets(count: int) -> Objects:
    yield workload("web")
    yield _with_ports(count)
    plain = {"tls": {"mode": "DISABLE"}}
    ports = [{"port": {"number": 1_000 + i}, **plain} for i in range(count)]
    subsets = [{"name": f"s-{i}", "labels": {"app": "web"}} for i in range(count)]
    spec = {"host": "web", "trafficPolicy": {"portLevelSettings": ports}, "subsets": subsets}
    yield thing("DestinationRule", "web", spec=spec)


@crowd
def probes_of_a_pod(count: int) -> Objects:
    pods = workload("web")
    pods["spec"]["template"]["spec"]["containers"] = [
        {
            "name": f"c-{i}",
            "image": "example.com/a:1",
            "ports": [{"containerPort": 20_000 + i}],
            "readinessProbe": {"grpc": {"port": 20_000 + i}},
        }
        for i in range(count)
    ]
    yield pods
    yield _with_ports(count)


@crowd
def unusable_secrets_of_many_namespaces(count: int) -> Objects:
    for i in range(count):
        yield from _behind_one_label(i, "tls")
        data = {"tls.crt": "eA==", "tls.key": "eQ=="}
        yield thing("Secret", "tls", f"n-{i}", type="kubernetes.io/tls", data=data)


@crowd
def missing_secrets_of_many_namespaces(count: int) -> Objects:
    for i in range(count):
        yield from _behind_one_label(i, "tls" if i % 2 else f"tls-{i}")
        yield thing("Secret", "tls", f"elsewhere-{i}", data={"tls.crt": "eA==", "tls.key": "eQ=="})


def _behind_one_label(number: int, secret: str) -> Objects:
    home = f"n-{number}"
    yield workload("gate", home, istio="ingress")
    yield service("gate", home)
    secured = server(443, f"h-{number}.example.com") | {
        "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
        "tls": {"mode": "MUTUAL", "credentialName": secret},
    }
    spec = {"selector": {"istio": "ingress"}, "servers": [secured]}
    yield thing("Gateway", "entry", home, spec=spec)
