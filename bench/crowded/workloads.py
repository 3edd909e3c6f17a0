"""Crowds of pods, of what is in one of them, and of what calls them."""

from crowded.objects import Objects, crowd, entry, filled, service, thing, virtual, workload


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
def entries_and_pods_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield workload(f"w-{i}", app="vm")
        selector = {"labels": {"app": "vm"}}
        host = f"h-{i}.example.com"
        yield entry(f"e-{i}", host, resolution="STATIC", workloadSelector=selector)
        spec = {"address": f"10.1.{i // 256 % 256}.{i % 256}", "labels": {"app": "vm"}}
        yield thing("WorkloadEntry", f"e-{i}", spec=spec)


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
def services_pods_and_rules_of_one_name(count: int) -> Objects:
    spec = {"mtls": {"mode": "STRICT"}}
    yield thing("PeerAuthentication", "all", spec=spec)
    policy = {"tls": {"mode": "DISABLE"}}
    for i in range(count):
        yield service("web")
        yield workload(f"w-{i}", app="web")
        yield thing("DestinationRule", "web", spec={"host": "web", "trafficPolicy": policy})


@crowd
def services_and_pods_of_one_label(count: int) -> Objects:
    for i in range(count):
        yield service(f"s-{i}", app="web")
        yield workload(f"w-{i}", app="web")


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
