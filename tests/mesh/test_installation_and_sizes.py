"""What the installation says of sidecars, how many pods there are, and what proxies keep."""

from typing import Any

import pytest

from meshctl.mesh import Mesh
from meshctl.mesh.sidecar_scope.proxy_memory import ProxySize
from meshctl.resources import Workload, make_resource
from meshctl.sources.documents import Document


def mesh(*objects: dict[str, Any]) -> Mesh:
    return Mesh(
        [
            make_resource(Document("", 1, "", each_object), each_object, (), "shop")
            for each_object in objects
        ]
    )


def deployment(name: str = "cart", namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name}}, **spec.pop("template", {})}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": template, **spec},
    }


def istiod(image: str, **env: str) -> dict[str, Any]:
    variables = [{"name": name, "value": value} for name, value in env.items()]
    containers = [{"name": "discovery", "image": image, "env": variables}]
    return deployment("istiod", "istio-system", template={"spec": {"containers": containers}})


def service(name: str, namespace: str = "shop", *ports: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"app": name},
            "ports": [{"name": f"http-{port}", "port": port} for port in ports],
        },
    }


@pytest.mark.parametrize(
    ("plane", "expected"),
    [
        ([], False),
        ([istiod("x/pilot:1.26.0")], True),
        ([istiod("x/pilot:1.26.0", ENABLE_NATIVE_SIDECARS="true")], False),
        ([istiod("x/pilot:1.31.0")], False),
        ([istiod("x/pilot:1.31.0", ENABLE_NATIVE_SIDECARS="false")], True),
        ([istiod("x/pilot:1.26.0"), istiod("x/pilot:1.31.0")], False),
        ([istiod("x/pilot:latest")], False),
    ],
)
def test_sidecars_are_ordinary(plane, expected) -> None:
    each_mesh = mesh(*plane, deployment())
    workload = next(item for item in each_mesh.of(Workload) if item.name == "cart")
    assert expected == each_mesh.injection.control_plane.is_sidecar_ordinary(workload)


def test_cni_is_seen() -> None:
    operator = {
        "apiVersion": "install.istio.io/v1alpha1",
        "kind": "IstioOperator",
        "spec": {"components": {"cni": {"enabled": True}}},
    }
    assert mesh(operator).injection.control_plane.has_cni
    assert not mesh(deployment()).injection.control_plane.has_cni


def test_pods_are_counted_only_when_written() -> None:
    host = "cart.shop.svc.cluster.local"
    assert mesh(service("cart"), deployment(replicas=3)).workloads.replicas.behind(host) == 3
    assert mesh(service("cart"), deployment()).workloads.replicas.behind(host) is None
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "cart", "namespace": "shop"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "cart"}},
    }
    assert (
        mesh(service("cart"), deployment(replicas=3), scaler).workloads.replicas.behind(host)
        is None
    )
    assert mesh(service("cart")).workloads.replicas.behind(host) is None


def test_sizes_count_what_is_visible_and_what_is_called() -> None:
    caller = deployment(
        template={"spec": {"containers": [{"name": "app", "args": ["--stock=http://stock.depot"]}]}}
    )
    each_mesh = mesh(
        service("cart", "shop", 80, 81),
        service("stock", "depot", 80),
        service("other", "office", 80, 81, 82),
        caller,
        deployment("stock", "depot", replicas=4),
    )
    assert ProxySize(3, 6, 2 + 4) == each_mesh.sidecar_scope.proxy_memory.without_sidecar("shop")
    assert ProxySize(2, 3, 2 + 4) == each_mesh.sidecar_scope.proxy_memory.with_sidecar("shop")


def test_memory_grows_with_ports_and_endpoints() -> None:
    assert ProxySize(1, 100, 500).megabytes == pytest.approx(5.5)
