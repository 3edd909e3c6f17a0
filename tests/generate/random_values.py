"""Random values of a service, and a whole mesh around what is made of them."""

from typing import Any

import yaml
from hypothesis import strategies as st

HTTP = ("http", "http2", "grpc", "grpc-web")
PROTOCOLS = (*HTTP, "tcp", "tls", "https")
REPLICAS = 10
DURATIONS = st.sampled_from(["300ms", "1s", "2s", "10s", "1m", "1h"])
LABELS = st.sampled_from(["v1", "v2", "1.0", "2024"])


@st.composite
def ports(draw: st.DrawFn) -> list[dict[str, Any]]:
    numbers = draw(
        st.lists(
            st.sampled_from([80, 443, 3306, 8080, 9000, 65535]), min_size=1, max_size=4, unique=True
        )
    )
    found = []
    for number in numbers:
        one: dict[str, Any] = {"port": number, "protocol": draw(st.sampled_from(PROTOCOLS))}
        if draw(st.booleans()):
            one["targetPort"] = draw(st.sampled_from([8080, 8443, 3306, 6379, 15000]))
        found.append(one)
    return found


@st.composite
def gateways(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "public", "namespace": "edge", "host": "shop.example.com"}
    paths = st.sampled_from(["/cart", "/cart/items", "/api", "/v1.0/~x_y", "/cartoons"])
    if draw(st.booleans()):
        found["paths"] = draw(st.lists(paths, min_size=1, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        found["port"] = draw(st.sampled_from([80, 443, 8080, 9000]))
    if draw(st.integers(0, 3)):
        found["serviceAccount"] = "gate"
        if draw(st.integers(0, 3)) == 0:
            found["serviceAccountNamespace"] = "edge"
    return found


@st.composite
def canaries(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["weight", "header", "cookie"]))
    how = {
        "weight": st.sampled_from([0, 1, 10, 50, 100]),
        "header": st.just({"name": "x-canary", "value": "always"}),
        "cookie": st.just({"name": "canary_of", "value": "a-1"}),
    }
    return {"stable": draw(LABELS), "version": draw(LABELS), kind: draw(how[kind])}


def retries() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"attempts": st.integers(0, 4)}, optional={"perTryTimeout": DURATIONS}
    )


def outliers() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"consecutive5xxErrors": st.integers(1, 20), "maxEjectionPercent": st.integers(10, 90)},
        optional={"interval": DURATIONS, "baseEjectionTime": DURATIONS},
    )


def values() -> st.SearchStrategy[dict[str, Any]]:
    """Values of which each is right; many are together, too."""
    in_mesh = st.fixed_dictionaries({}, optional={
        "server": st.booleans(), "clients": st.sampled_from(["all", "some", "none"]),
    })  # fmt: skip
    callers = st.lists(st.sampled_from(["web/front", "web/*", "ops/batch"]), min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {"name": st.sampled_from(["cart", "c", "stock-2"]), "ports": ports()},
        optional={
            "namespace": st.just("shop"),
            "selector": st.just({"app": "x", "team": "a.b_c"}),
            "inMesh": in_mesh,
            "gateway": gateways(),
            "timeout": DURATIONS,
            "retries": retries(),
            "canary": canaries(),
            "outlierDetection": outliers(),
            "mtls": st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE"]),
            "allowedCallers": callers,
        },
    )  # fmt: skip


def deployment(
    name: str, namespace: str, account: str, labels: dict[str, str], ports: list[int],
    **annotations: str,
) -> dict[str, Any]:  # fmt: skip
    container = {
        "name": "app", "image": "example.com/app:1",
        "ports": [{"containerPort": one} for one in ports],
    }  # fmt: skip
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": REPLICAS,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": annotations},
                "spec": {"serviceAccountName": account, "containers": [container]},
            },
        },
    }


def surroundings(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Write what the values speak of: the pods, clients, callers and the gateway."""
    in_mesh = given.get("inMesh", {})
    server, clients = in_mesh.get("server", True), in_mesh.get("clients", "all")
    found = [
        _namespace("shop", is_injected=server),
        _namespace("web", is_injected=clients != "none"),
        _namespace("ops", is_injected=clients == "all"),
        _namespace("edge", is_injected=True),
        *(_account(one) for one in ("shop/back", "web/front", "ops/batch", "edge/gate")),
        deployment("front", "web", "front", {"app": "front"}, []),
        deployment("batch", "ops", "batch", {"app": "batch"}, []),
    ]
    targets = [one.get("targetPort", one["port"]) for one in given["ports"]]
    labels = given.get("selector", {"app": given["name"]})
    canary = given.get("canary")
    for version in [canary["stable"], canary["version"]] if canary else [""]:
        own = {**labels, "version": version} if version else labels
        name = f"back-{version}".strip("-")
        found.append(deployment(name, "shop", "back", own, targets))
    return [*found, *_edge()] if "gateway" in given else found


def _namespace(name: str, *, is_injected: bool) -> dict[str, Any]:
    labels = {"istio-injection": "enabled" if is_injected else "disabled"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def _account(key: str) -> dict[str, Any]:
    namespace, _, name = key.partition("/")
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def _edge() -> list[dict[str, Any]]:
    proxy = deployment("gate", "edge", "gate", {"istio": "gate"}, [8080])
    template = proxy["spec"]["template"]
    template["metadata"]["annotations"] = {"inject.istio.io/templates": "gateway"}
    template["spec"]["containers"][0] |= {"name": "istio-proxy", "image": "auto"}
    server = {
        "port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["shop.example.com"]
    }  # fmt: skip
    gateway = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "public", "namespace": "edge"},
        "spec": {"selector": {"istio": "gate"}, "servers": [server]},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "gate", "namespace": "edge"},
        "spec": {
            "type": "LoadBalancer", "selector": {"istio": "gate"},
            "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
        },
    }  # fmt: skip
    return [proxy, gateway, service]


def text_of(objects: list[dict[str, Any]]) -> str:
    return yaml.safe_dump_all(objects)
