"""What a namespace is sent of its own is counted by its differences; here beside a full count."""

from random import Random
from typing import Any

import pytest
from tls_meshes import mesh, namespace, rule, service, thing, workload

from meshctl.mesh.proxy_config_size.cluster_sums import sum_of
from meshctl.mesh.proxy_config_size.config_sizes import ConfigSizes
from meshctl.mesh.proxy_config_size.outbound_config import OutboundListenersConfig, OutboundSize
from meshctl.mesh.proxy_config_size.sent_clusters import sent_clusters

HOMES = ("a", "b", "c", "d", "istio-system")
SPEECH = ("http", "tcp", "tls", "grpc", "x")
POLICIES = (
    {}, {"tls": {"mode": "DISABLE"}}, {"tls": {"mode": "SIMPLE"}},
    {"loadBalancer": {"simple": "PASSTHROUGH"}}, {"connectionPool": {"tcp": {"maxConnections": 1}}},
)  # fmt: skip


class Chance(Random):
    """Makes objects that meet each other."""

    def export(self) -> list[str]:
        return self.choice([["*"], ["*"], ["."], ["~"], [self.choice(HOMES)]])

    def host(self) -> str:
        full = f"s{self.randint(0, 3)}.{self.choice(HOMES)}.svc.cluster.local"
        return self.choice([full, full, full, "x.com", "*.z.com", "a.z.com"])

    def service(self) -> Any:
        name = f"{self.choice(HOMES)}/s{self.randint(0, 3)}"
        ports = [
            {"name": f"{self.choice(SPEECH)}-{port}", "port": port}
            for port in self.sample([80, 443, 5432, 9000], self.randint(1, 3))
        ]
        spec: dict[str, Any] = {"ports": ports, "selector": {"app": "web"}}
        if self.random() < 0.2:
            spec["clusterIP"] = "None"
        elif self.random() < 0.2:
            spec = {"type": "ExternalName", "externalName": self.host(), "ports": ports}
        notes = {"networking.istio.io/exportTo": ",".join(self.export())}
        return thing("Service", name, spec, annotations=notes)

    def entry(self) -> Any:
        port, speech = self.choice([80, 443, 5432]), self.choice(["HTTP", "TLS", "TCP"])
        ports = [{"number": port, "name": f"p-{port}", "protocol": speech}]
        name = f"{self.choice(HOMES)}/e{self.randint(0, 9)}"
        spec = {"hosts": [self.host()], "ports": ports, "exportTo": self.export()}
        return thing("ServiceEntry", name, spec | {"resolution": self.choice(["DNS", "NONE"])})

    def virtual_service(self) -> Any:
        route = [{"destination": {"host": self.host()}}]
        source = self.choice([
            {}, {}, {"sourceNamespace": self.choice(HOMES)}, {"port": 443},
            {"sourceLabels": {"v": self.choice("123")}},
        ])  # fmt: skip
        match = [source] if source else [{"port": 5432}]
        written = self.choice([
            {"http": [{"match": match, "route": route}, {"route": route}]},
            {"http": [{"match": match, "route": route}]},
            {"tcp": [{"match": match, "route": route}]},
            {"http": [{"match": match, "delegate": {"name": "part", "namespace": "a"}}]},
        ])  # fmt: skip
        hosts = [self.choice([self.host(), self.host(), "*.local"])]
        name = f"{self.choice(HOMES)}/v{self.randint(0, 9)}"
        return thing("VirtualService", name, {"hosts": hosts, "exportTo": self.export()} | written)

    def rule(self) -> Any:
        host = self.choice([self.host(), self.host(), "*.local", "*.a.svc.cluster.local"])
        subsets = [{"name": f"v{i}", "labels": {"v": "1"}} for i in range(self.randint(0, 2))]
        parts: dict[str, Any] = {"exportTo": self.export(), "subsets": subsets}
        if self.random() < 0.2:
            parts["workloadSelector"] = {"matchLabels": {"v": "1"}}
        name = f"{self.choice(HOMES)}/d{self.randint(0, 9)}"
        return rule(name, host, trafficPolicy=self.choice(POLICIES), **parts)

    def kubernetes_route(self) -> Any:
        parent = {"kind": "Service", "group": "", "name": "cart", "namespace": "a"}
        rules = [{"backendRefs": [{"name": "s0", "port": 80}]}] * self.randint(1, 3)
        name = f"{self.choice(HOMES)}/r{self.randint(0, 9)}"
        return thing("HTTPRoute", name, {"parentRefs": [parent], "rules": rules})

    def sidecar(self) -> Any:
        hosts = self.choice([["*/*"], ["./*"], ["*/*", "./*"], ["a/*"]])
        return thing("Sidecar", f"{self.choice(HOMES)}/only", {"egress": [{"hosts": hosts}]})

    def mesh(self) -> Any:
        makers = (
            self.service, self.service, self.entry, self.virtual_service, self.virtual_service,
            self.rule, self.rule, self.sidecar, self.kubernetes_route,
        )  # fmt: skip
        made = [self.choice(makers)() for _ in range(self.randint(4, 20))]
        homes = [
            one for home in HOMES
            for one in (namespace(home), *(workload(f"{home}/web-{v}", v=v) for v in "123"))
        ]  # fmt: skip
        return mesh(*homes, *made, self.part(), service("a/cart"), is_whole=True)

    def part(self) -> Any:
        match = [{"sourceLabels": {"v": self.choice("12")}, "uri": {"prefix": "/part"}}]
        route = [{"destination": {"host": self.host()}}]
        return thing("VirtualService", "a/part", {"http": [{"match": match, "route": route}]})


@pytest.mark.parametrize("seed", range(150))
def test_what_is_counted_by_differences_is_what_is_counted_in_full(seed: int) -> None:
    made = Chance(seed).mesh()
    sizes, views = ConfigSizes(made), made.request_paths.views
    for one in made.workloads:
        view = views.passing_view_of(one, made.sidecar_scope.sidecar_of(one))
        clusters = sent_clusters(view.scope.hosts, view.scope.service, view.clusters)
        listeners = OutboundListenersConfig(view, views.services, made.config.domain)
        whole, found = OutboundSize(sum_of(clusters), listeners.size), sizes.outbound_of(one)
        address = views.endpoints.address_of(one)
        assert (whole.counts_at(address), whole.bytes_at(address, one.namespace)) == (
            found.counts_at(address), found.bytes_at(address, one.namespace),
        )  # fmt: skip
