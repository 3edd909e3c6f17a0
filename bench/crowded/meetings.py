"""Crowds of objects of two kinds that all meet: each of many with each of many others."""

from crowded.objects import (
    Objects,
    calls,
    crowd,
    entry,
    entry_gateway,
    filled,
    gateway,
    namespaces,
    policy,
    server,
    service,
    thing,
    told_apart,
    virtual,
    workload,
)
from crowded.workloads import proxied


@crowd
def readers_of_a_config_map(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    data = {f"key-{i}": f"http://s-{i}.shop:80/a" for i in range(count)}
    data |= {f"other-{i}": f"https://h-{i}.example.com/a" for i in range(count)}
    yield thing("ConfigMap", "all", data=data)
    for i in range(count):
        yield service(f"s-{i}")
        yield entry(f"e-{i}", f"h-{i}.example.com")
        yield filled(f"s-{i}", envFrom=[{"configMapRef": {"name": "all"}}])


@crowd
def readers_of_nginx_beside_their_own(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    data = {"nginx.conf": "".join(proxied(i) for i in range(count))}
    yield thing("ConfigMap", "all", data=data)
    for i in range(count):
        yield service(f"s-{i}")
        yield thing("ConfigMap", f"m-{i}", data={"key": f"value-{i}"})
        read = [{"configMapRef": {"name": name}} for name in ("all", f"m-{i}")]
        yield filled(f"s-{i}", envFrom=read)


@crowd
def clients_with_rules_for_all_local_hosts(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        spec = {"host": "*.local", "trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}
        yield thing("DestinationRule", "all", f"n-{i}", spec=spec)


@crowd
def identities_at_many_gateways(count: int) -> Objects:
    for i in range(count):
        gate = workload(f"gate-{i}", app="gate")
        annotations = {"inject.istio.io/templates": "gateway"}
        gate["spec"]["template"]["metadata"]["annotations"] = annotations
        yield gate
        yield gateway(f"g-{i}", server(1000 + i, f"h-{i}.example.com"))
        rule = calls(f"cluster.local/ns/shop/sa/s-{i}")
        yield policy(f"p-{i}", rule, selector={"matchLabels": {"app": "gate"}})


@crowd
def routes_to_subsets_of_one_host(count: int) -> Objects:
    yield service("web")
    subsets = [{"name": f"v{i}", "labels": {"version": f"v{i}"}} for i in range(count)]
    yield thing("DestinationRule", "web", spec={"host": "web", "subsets": subsets})
    for i in range(count):
        yield workload(f"w-{i}", app="web", version=f"v{i}")
        route = [{"destination": {"host": "web", "subset": f"v{i}"}}]
        http = [{"match": [{"uri": {"prefix": f"/{i}/"}}], "route": route}]
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], "web", http=http)


@crowd
def namespaces_of_one_waypoint(count: int) -> Objects:
    labels = {
        "istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "way",
        "istio.io/use-waypoint-namespace": "shop",
    }  # fmt: skip
    yield from namespaces(count, **labels)
    listeners = [{"name": "mesh", "port": 15008, "protocol": "HBONE",
                  "allowedRoutes": {"namespaces": {"from": "All"}}}]  # fmt: skip
    spec = {"gatewayClassName": "istio-waypoint", "listeners": listeners}
    yield thing("KubernetesGateway", "way", spec=spec)
    for i in range(count):
        yield service("web", f"n-{i}")
        yield workload("web", f"n-{i}")
        refs = [{"kind": "Service", "group": "", "name": "web"}]
        spec = {"targetRefs": refs, "rules": [calls("cluster.local/ns/shop/sa/web")]}
        yield thing("AuthorizationPolicy", "p", f"n-{i}", spec=spec)


@crowd
def jobs_with_sidecars(count: int) -> Objects:
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    for i in range(count):
        pod = workload(f"j-{i}")["spec"]["template"]
        pod["spec"]["restartPolicy"] = "Never"
        job = {"template": pod}
        yield thing("Job", f"j-{i}", spec=job) | {"apiVersion": "batch/v1"}
        spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": job}}
        yield thing("CronJob", f"c-{i}", spec=spec) | {"apiVersion": "batch/v1"}


@crowd
def scalers_and_budgets_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"w-{i}"}
        spec = {"scaleTargetRef": ref, "maxReplicas": 3, "minReplicas": 1}
        scaler = thing("HorizontalPodAutoscaler", f"w-{i}", spec=spec)
        yield scaler | {"apiVersion": "autoscaling/v2"}
        spec = {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1}
        budget = thing("PodDisruptionBudget", f"b-{i}", spec=spec)
        yield budget | {"apiVersion": "policy/v1"}


@crowd
def monitors_of_one_label(count: int) -> Objects:
    yield thing("PeerAuthentication", "all", spec={"mtls": {"mode": "STRICT"}})
    labels = {"istio-injection": "enabled"}
    yield thing("Namespace", "shop", meta={"namespace": None, "labels": labels})
    for i in range(count):
        yield service(f"s-{i}", app="web", labels={"app": "web"})
        yield workload(f"w-{i}", app="web")
        picked = {"selector": {"matchLabels": {"app": "web"}}}
        for kind, key in (("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")):
            one = thing(kind, f"m-{i}", spec=picked | {key: [{"port": "http"}]})
            yield one | {"apiVersion": "monitoring.coreos.com/v1"}


@crowd
def listener_sets_of_one_gateway(count: int) -> Objects:
    yield entry_gateway()
    yield service("web")
    for i in range(count):
        host = f"h-{i}.example.com"
        listeners = [{"name": "http", "port": 80, "protocol": "HTTP", "hostname": host}]
        spec = {"parentRef": {"name": "entry"}, "listeners": listeners}
        one = thing("ListenerSet", f"l-{i}", spec=spec)
        yield one | {"apiVersion": "gateway.networking.k8s.io/v1"}
        parents = [{"kind": "ListenerSet", "name": f"l-{i}"}]
        rules = [{"backendRefs": [{"name": "web", "port": 80}]}]
        spec = {"parentRefs": parents, "hostnames": [host], "rules": rules}
        yield thing("HTTPRoute", f"r-{i}", spec=spec)


@crowd
def http_routes_by_section(count: int) -> Objects:
    listeners = [
        {"name": f"l-{i}", "port": 80, "protocol": "HTTP", "hostname": f"h-{i}.example.com"}
        for i in range(64)
    ]
    yield entry_gateway(*listeners)
    for i in range(count):
        yield service(f"s-{i}")
        parents = [{"name": "entry", "sectionName": f"l-{i % 64}"}]
        matches = [{"path": {"type": "PathPrefix", "value": f"/{i}"}}]
        rules = [{"matches": matches, "backendRefs": [{"name": f"s-{i}", "port": 80}]}]
        yield thing("HTTPRoute", f"r-{i}", spec={"parentRefs": parents, "rules": rules})


@crowd
def entries_that_share_addresses(count: int) -> Objects:
    for i in range(count):
        host = f"h-{i}.example.com"
        addresses = ["10.0.0.0/8", f"10.{i % 250}.0.0/16"]
        yield entry(f"e-{i}", host, port=3306 + i % 7, addresses=addresses, resolution="NONE")


@crowd
def services_of_one_address(count: int) -> Objects:
    for i in range(count):
        ports = [{"name": "tcp", "port": 3306, "nodePort": 30000 + i % 2000}]
        spec = {"selector": {"app": "web"}, "ports": ports, "clusterIP": "10.1.1.1",
                "externalIPs": ["1.2.3.4"], "type": "NodePort"}  # fmt: skip
        yield thing("Service", f"s-{i}", spec=spec)
        yield workload(f"w-{i}", app="web")


@crowd
def canaries(count: int) -> Objects:
    for i in range(count):
        yield workload(f"s-{i}")
        ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"s-{i}"}
        gate = {"port": 80, "gateways": ["shop/entry"], "hosts": [f"h-{i}.example.com"]}
        one = thing("Canary", f"s-{i}", spec={"targetRef": ref, "service": gate})
        yield one | {"apiVersion": "flagger.app/v1beta1"}


@crowd
def knative_services(count: int) -> Objects:
    for i in range(count):
        spec = {"template": {"spec": {"containers": [{"image": "example.com/a:1"}]}}}
        yield thing("Service", f"s-{i}", spec=spec) | {"apiVersion": "serving.knative.dev/v1"}
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], f"s-{i}", gateways=["entry"])


@crowd
def proxy_configs_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="web")
        spec = {"selector": {"matchLabels": {"app": "web"}}, "concurrency": 1 + i}
        yield thing("ProxyConfig", f"c-{i}", spec=spec)


@crowd
def workload_groups_of_one_label(count: int) -> Objects:
    selector = {"labels": {"app": "vm"}}
    yield entry("all", "vm.example.com", resolution="STATIC", workloadSelector=selector)
    for i in range(count):
        spec = {"metadata": {"labels": {"app": "vm"}}, "template": {"serviceAccount": "vm"}}
        yield thing("WorkloadGroup", f"g-{i}", spec=spec)
        spec = {"address": f"10.1.{i // 250}.{i % 250}", "labels": {"app": "vm"}}
        yield thing("WorkloadEntry", f"e-{i}", spec=spec)


@crowd
def virtual_services_of_many_gateways(count: int) -> Objects:
    yield service("web")
    yield workload("gate")
    for i in range(count):
        yield gateway(f"g-{i}", server(80, f"*.d-{i}.com"))
        names = [f"g-{i}", f"g-{(i + 1) % count}"]
        yield virtual(f"v-{i}", [f"a.d-{i}.com", f"b.d-{i}.com"], "web", gateways=names)


@crowd
def policies_by_target_of_one_gateway(count: int) -> Objects:
    yield entry_gateway()
    targets = [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "entry"}]
    for i in range(count):
        yield policy(f"p-{i}", calls(f"cluster.local/ns/shop/sa/s-{i}"), targetRefs=targets)
        spec = {"url": f"oci://example.com/p-{i}:1", "targetRefs": targets}
        yield thing("WasmPlugin", f"w-{i}", spec=spec)
        patch = {"operation": "INSERT_FIRST", "value": {"name": f"f-{i}"}}
        patches = [{"applyTo": "HTTP_FILTER", "patch": patch}]
        yield thing("EnvoyFilter", f"f-{i}", spec={"targetRefs": targets, "configPatches": patches})


@crowd
def policies_across_namespaces(count: int) -> Objects:
    yield from told_apart(count)
    for i in range(count):
        spec = {"mtls": {"mode": "STRICT" if i % 2 else "DISABLE"}}
        yield thing("PeerAuthentication", "own", f"n-{i}", spec=spec)
        source = {"namespaces": [f"n-{(i + j) % count}" for j in range(3)]}
        spec = {"rules": [{"from": [{"source": source}]}]}
        yield thing("AuthorizationPolicy", "own", f"n-{i}", spec=spec)
        selector = {"matchLabels": {"kubernetes.io/metadata.name": f"n-{(i + 1) % count}"}}
        ingress = [{"from": [{"namespaceSelector": selector}]}]
        yield thing("NetworkPolicy", "own", f"n-{i}", spec={"podSelector": {}, "ingress": ingress})
