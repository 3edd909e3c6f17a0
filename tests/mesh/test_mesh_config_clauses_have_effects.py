"""A setting of the mesh config that is called dead changes no answer, and one that nothing is said of changes some.

Random mesh configs as the ConfigMap of istiod holds them, beside Telemetries, policies, Services and an Ingress. What is
asked is what proxies report and in which format, what istiod watches, who is let in, where unknown hosts lead, which
Ingresses are served, and what is set of proxies.
"""

import json
from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.resources import Namespace, Resource, make_resource
from meshctl.resources.cached_property import cached_property
from meshctl.sources.documents import Document

INJECTED = {"sidecar.istio.io/inject": "true"}
DEAD = {
    "config-map/default-provider-unusable", "config-map/setting-never-read",
    "config-map/service-setting-of-no-service",
}  # fmt: skip


def namespace(name: str, **labels: str) -> Any:
    return thing("Namespace", f"/{name}", None, group="v1", labels=labels)


def service(name: str, *ports: tuple[str, int]) -> Any:
    several = [{"name": prefix, "port": port} for prefix, port in ports]
    spec = {"selector": {"app": name.rpartition("/")[2]}, "ports": several}
    return thing("Service", name, spec, group="v1")


def telemetry(name: str, *logs: Any) -> Any:
    return thing("Telemetry", name, {"accessLogging": list(logs)}, group="telemetry.istio.io/v1")


LET_IN = [{"from": [{"source": {"principals": ["old.test/ns/shop/sa/pages"]}}]}]
ASKED = {"action": "CUSTOM", "provider": {"name": "door"}, "rules": [{}]}
GROUND = (
    namespace("shop", team="a"), namespace("watch", team="b"), namespace("istio-system"),
    pods("shop/cart", {"app": "cart", **INJECTED}), pods("watch/otel", {"app": "otel", **INJECTED}),
    pods("shop/till", {"app": "till", **INJECTED}), pods("istio-system/edge", {"istio": "edge"}),
    service("watch/otel", ("grpc", 4317)), service("shop/cart", ("http", 80)), service("shop/till", ("http", 80)),
    thing("AuthorizationPolicy", "shop/cart", {"selector": {"matchLabels": {"app": "cart"}}, "rules": LET_IN},
          group="security.istio.io/v1"),
    thing("AuthorizationPolicy", "shop/till", {"selector": {"matchLabels": {"app": "till"}}, **ASKED},
          group="security.istio.io/v1"),
    thing("Ingress", "shop/cart", {"rules": [{"host": "cart.test"}]}, group="networking.k8s.io/v1",
          annotations={"kubernetes.io/ingress.class": "istio"}),
)  # fmt: skip
LOGGING = (
    (),
    (telemetry("shop/logs", {"match": {"mode": "SERVER"}}),),
    (telemetry("watch/logs", {"providers": [{"name": "envoy"}]}),),
    (telemetry("istio-system/logs", {"providers": [{"name": "json"}]}),),
)
HOSTS = (
    "cart.shop.svc.cluster.local",
    "*.watch.svc.cluster.local",
    "cart.shop",
    "gone.shop.svc.cluster.local",
)


def answers(one: Mesh) -> dict[str, Any]:
    raw = one.config.raw
    return {
        "reports": {pod.key_name: list(_reports(one, pod)) for pod in one.workloads},
        "watched": [one.discovery.watches(space) for space in one.of(Namespace)],
        "let in": [_verdict(one, pod) for pod in one.workloads],
        "outbound": one.sidecar_scope.outbound_policy(None),
        "ingresses": [one.gateways.ingresses.has(each) and one.gateways.ingresses.selector for each in (GROUND[-1],)],
        "proxies": [one.injection.proxy_configs.settings(pod) for pod in one.workloads],
        "local": {host.host for name in _local(raw) for host in (*one.registry.covered_by(name), *one.registry.at(name))},
        "tls": _tls(raw.get("meshMTLS", {})),
        "near": _near(raw.get("localityLbSetting", {})),
    }  # fmt: skip


ARRIVAL = Arrival(
    80, "cluster.local/ns/shop/sa/pages", http=HttpRequest("cart:80", "GET", "/", {}, None)
)


def _verdict(one: Mesh, pod: Any) -> Any:
    found = one.decisions.decide(pod, ARRIVAL)
    return found.is_allowed, found.code, found.providers


def _reports(one: Mesh, pod: Any) -> Iterator[Any]:
    raw = one.config.raw
    format_ = raw.get("accessLogFormat"), raw.get("accessLogEncoding")
    for mode, found in one.workloads.reports.of(pod).items():
        settings = {
            name: one.extension_providers.settings(one.extension_providers.reported_to(name))
            for name in (*(found.logs or ()), *found.metrics, *([found.spans.provider] if found.spans else []))
        }  # fmt: skip
        own = format_ if "envoy" in map(str.casefold, found.logs or ()) else None
        file = (
            (raw["accessLogFile"], format_)
            if found.logs is None and raw.get("accessLogFile")
            else None
        )
        yield mode, found, settings, own, file


def _local(raw: Any) -> Iterator[str]:
    for entry in raw.get("serviceSettings", ()):
        yield from entry["hosts"] if entry["settings"]["clusterLocal"] else ()


def _tls(tls: Any) -> Any:
    least = tls.get("minProtocolVersion")
    return least, None if least == "TLSV1_3" else tls.get("cipherSuites")


def _near(locality: Any) -> Any:
    return {} if locality.get("enabled") is False else locality.get("failover")


KINDS = [Kind((*GROUND, *more), answers, ("config_map",)) for more in LOGGING]


class Configured(Example):
    """A mesh config as the text of the ConfigMap."""

    @cached_property
    def objects(self) -> list[Resource | None]:
        metadata = {"name": "istio", "namespace": "istio-system"}
        text = {"mesh": json.dumps(self.manifests[0])}
        data = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": text}
        return [make_resource(Document("data", 1, "", data), data, (), "default")]

    @cached_property
    def mesh(self) -> Mesh:
        there = [one for one in self.objects if one is not None]
        return Mesh([*self.kind.ground, *there], is_whole=True)

    def with_(self, clause: Clause, value: Any) -> "Configured":
        return Configured(self.kind, super().with_(clause, value).manifests)


def of(*several: Any) -> Any:
    return strategies.sampled_from(several)


def lists(*several: Any) -> Any:
    return strategies.lists(of(*several), min_size=1, max_size=2, unique_by=str)


OTEL = {"service": "otel.watch.svc.cluster.local", "port": 4317}
JSON = {"path": "/dev/stdout", "logFormat": {"labels": {"code": "%RESPONSE_CODE%"}}}
PROVIDERS = (
    {"name": "json", "envoyFileAccessLog": JSON}, {"name": "spans", "opentelemetry": OTEL},
    {"name": "door", "envoyExtAuthzGrpc": OTEL}, {"name": "unused", "opentelemetry": OTEL},
)  # fmt: skip
parts = {
    "extensionProviders": strategies.lists(of(*PROVIDERS), min_size=1, unique_by=str),
    "defaultProviders": strategies.fixed_dictionaries({}, optional={
        "accessLogging": lists("envoy", "json", "gone", "spans"), "tracing": lists("spans", "json"),
        "metrics": lists("prometheus", "gone"),
    }),
    "accessLogFile": of("/dev/stdout"), "accessLogFormat": of("%START_TIME%"), "accessLogEncoding": of("JSON"),
    "discoverySelectors": lists(*({"matchLabels": {"team": team}} for team in "abc")),
    "trustDomainAliases": lists("old.test", "other.test"),
    "outboundTrafficPolicy": of({"mode": "REGISTRY_ONLY"}),
    "ingressControllerMode": of("OFF", "STRICT"), "ingressSelector": of("edge"), "ingressClass": of("own"),
    "serviceSettings": lists(*HOSTS).map(lambda hosts: [{"settings": {"clusterLocal": True}, "hosts": hosts}]),
    "localityLbSetting": strategies.fixed_dictionaries({}, optional={
        "enabled": of(True, False), "failover": of([{"from": "eu", "to": "us"}]),
    }),
    "meshMTLS": strategies.fixed_dictionaries({}, optional={
        "minProtocolVersion": of("TLSV1_2", "TLSV1_3"), "cipherSuites": of(["ECDHE-RSA-AES128-GCM-SHA256"]),
    }),
    "defaultConfig": of({"concurrency": 3}, {"proxyMetadata": {"A": "1"}}),
}  # fmt: skip
configs = strategies.builds(
    lambda kind, config: Configured(kind, [config]),
    of(*KINDS), strategies.fixed_dictionaries({}, optional=parts),
)  # fmt: skip

LISTS = ("extensionProviders", "discoverySelectors", "trustDomainAliases")
BLOCKS = ("defaultConfig", "localityLbSetting", "meshMTLS")


def clauses(config: Any) -> Iterator[Clause]:
    """What each setting sets, entry by entry."""
    for key, value in config.items():
        own = Clause(0, (key,))
        if key in LISTS:
            yield from (own.below(at) for at in range(len(value)))
        elif key in BLOCKS:
            yield from (own.below(name) for name in value)
        elif key == "defaultProviders":
            yield from (
                own.below(name, at) for name, found in value.items() for at in range(len(found))
            )
        elif key == "serviceSettings":
            yield from (own.below(0, "hosts", at) for at in range(len(value[0]["hosts"])))
        else:
            yield own


def said_of(one: Example) -> list[tuple[str, Clause]]:
    """What is said, by the path in the settings."""
    return [(said.rule, Clause(0, said.clause.path[2:])) for said in one.said]


@settings(max_examples=150)
@given(configs)
def test_a_setting_that_is_called_dead_changes_no_answer(one) -> None:
    """Settings that wait for one another are taken out together.

    Without any default for traces the settings of the proxy count again.
    """
    said = {clause for rule, clause in said_of(one) if rule in DEAD}
    dead = {clause for clause in said if "tracing" not in clause.path}
    assert one.answers == one.without(*dead).answers


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is it a provider that nobody names, a namespace or alias to come, or what is so anyway?"""
    key, value = clause.path[0], one.value(clause)
    if key == "extensionProviders":
        return True
    if key == "defaultProviders":
        signal, several = clause.path[1], one.value(Clause(0, clause.path[:2]))
        is_behind = signal == "tracing" and clause.path[2] > 0
        if signal == "accessLogging" and any(
            each.key_name == "istio-system/logs" for each in one.kind.ground
        ):
            return True  # a Telemetry for the whole mesh replaces it
        return is_behind or several.count(value) > 1
    if key == "discoverySelectors":
        return value["matchLabels"]["team"] == "c"
    if key == "trustDomainAliases":
        return value == "other.test"
    if key in {"ingressControllerMode", "ingressSelector"} and "ingressClass" in one.manifests[0]:
        return True  # there is no Ingress of that class yet
    return value in ("STRICT", "TLSV1_2", True)


@settings(max_examples=150)
@given(configs)
def test_a_setting_that_nothing_is_said_of_changes_an_answer(one) -> None:
    told = {clause.path for _, clause in said_of(one)}
    for clause in clauses(one.manifests[0]):
        if clause.path not in told and not is_for_others(one, clause):
            assert one.differs(clause)
