"""Crowds of policies for requests and connections, and in one of them."""

from crowded.objects import (
    Objects,
    calls,
    crowd,
    gateway,
    policy,
    server,
    service,
    thing,
    told_apart,
    virtual,
    workload,
)


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
def token_rules_of_a_policy(count: int) -> Objects:
    yield workload("web")
    rules = [
        {"issuer": f"https://i-{i}.example.com", "jwksUri": f"https://i-{i}.example.com/k"}
        for i in range(count)
    ]
    yield thing("RequestAuthentication", "all", spec={"jwtRules": rules})


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
def peers_of_a_network_policy(count: int) -> Objects:
    yield service("web")
    yield workload("web")
    peers = [{"podSelector": {"matchLabels": {"app": f"s-{i}"}}} for i in range(count)]
    blocks = [{"ipBlock": {"cidr": f"10.{i // 250}.{i % 250}.0/24"}} for i in range(count)]
    ports = [{"port": 1000 + i, "protocol": "TCP"} for i in range(count)]
    rules = [{"from": [*peers, *blocks], "ports": ports}]
    yield thing("NetworkPolicy", "all", spec={"podSelector": {}, "ingress": rules})


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
