"""Which EnvoyFilters change the configuration of a workload's proxy?"""

from typing import Any

import pytest

from meshctl.engine.objects import unwrap
from meshctl.mesh import Mesh
from meshctl.sources.documents import Document


def deployment(name: str, container: str) -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": container}]},
    }
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": template},
        "metadata": {"name": name, "namespace": "shop"},
    }  # fmt: skip


def envoy_filter(*contexts: str | None) -> dict[str, Any]:
    patches = [
        {"applyTo": "CLUSTER", "patch": {"operation": "MERGE", "value": {}}}
        | ({"match": {"context": context}} if context else {})
        for context in contexts
    ]
    return {
        "apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter",
        "metadata": {"name": "patch", "namespace": "shop"}, "spec": {"configPatches": patches},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("contexts", "for_app", "for_gateway"),
    [
        (("GATEWAY",), False, True),
        (("SIDECAR_INBOUND", "SIDECAR_OUTBOUND"), True, False),
        (("GATEWAY", "SIDECAR_INBOUND"), True, True),
        (("ANY",), True, True),
        ((None,), True, True),
        (("WAYPOINT",), True, True),
        ((), True, True),
    ],
)
def test_the_context_of_all_patches_decides(
    contexts: tuple[str | None, ...], for_app: bool, for_gateway: bool
) -> None:
    objects = (
        deployment("cart", "app"), deployment("door", "istio-proxy"), envoy_filter(*contexts),
    )  # fmt: skip
    documents = [Document("mesh.yaml", 1, str(one), one) for one in objects]
    mesh = Mesh(tuple(unwrap(documents, "default")))
    found = {one.name: bool(mesh.workloads.envoy_filters.of(one)) for one in mesh.workloads}
    assert {"cart": for_app, "door": for_gateway} == found
