"""Crowds of pods in ambient mode and of waypoints."""

from crowded.objects import Objects, calls, crowd, namespaces, policy, service, thing, workload


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
