"""Clients of one namespace share their rows only where no rule tells them apart."""

from typing import Any

from meshctl.engine.objects import unwrap
from meshctl.inspect.tls.check import TlsCheck
from meshctl.mesh import Mesh
from meshctl.sources.documents import Document


def injected(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    group = {"Service": "v1", "Deployment": "apps/v1"}.get(kind, "networking.istio.io/v1")
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec,
    }


def deployment(name: str) -> dict[str, Any]:
    labels = {"app": name, "sidecar.istio.io/inject": "true"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main"}]}}
    return injected("Deployment", name, {"template": template})


def rule(**more: Any) -> dict[str, Any]:
    policy = {"tls": {"mode": "DISABLE"}}
    return injected("DestinationRule", "cart", {"host": "cart", "trafficPolicy": policy, **more})


def sent(destination_rule: dict[str, Any]) -> dict[str, str]:
    """What each client of the namespace sends to the Service."""
    service = injected("Service", "cart", {"selector": {"app": "cart"}, "ports": [{"port": 80}]})
    objects = [service, *map(deployment, ("cart", "desk", "web")), destination_rule]
    documents = [Document(f"{n}.yaml", 1, "", data) for n, data in enumerate(objects)]
    rows = TlsCheck(Mesh(tuple(unwrap(documents, "default")))).rows()
    return {row.client: row.client_tls for row in rows}


def test_a_rule_for_all_holds_for_each() -> None:
    everyone = dict.fromkeys(("shop/cart", "shop/desk", "shop/web"), "plaintext")
    assert everyone == sent(rule())


def test_a_rule_for_some_workloads_tells_them_apart() -> None:
    some = rule(workloadSelector={"matchLabels": {"app": "desk"}})
    assert {"shop/cart": "auto", "shop/desk": "plaintext", "shop/web": "auto"} == sent(some)
