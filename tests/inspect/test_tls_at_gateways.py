"""What tls-check says of connections to a gateway: what its servers take, and who fits."""

from typing import Any

import pytest

from meshctl.engine.objects import unwrap
from meshctl.inspect.tls.answer import Question, ask
from meshctl.inspect.tls.check import TlsCheck
from meshctl.inspect.tls.rows import TlsLine
from meshctl.mesh import Mesh
from meshctl.settings import Settings
from meshctl.sources.documents import Document

ISTIO = "networking.istio.io/v1"
HTTP = {"port": {"number": 443, "name": "plain", "protocol": "HTTP"}}


def thing(api: str, kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}


def workload(name: str, container: str, inject: str) -> dict[str, Any]:
    labels = {"app": name, "sidecar.istio.io/inject": inject}
    containers = [{"name": container, "image": "auto"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    return thing("apps/v1", "Deployment", name, {"template": template})


def tls(mode: str, host: str = "*", **more: Any) -> dict[str, Any]:
    port = {"number": 443, "name": mode.lower(), "protocol": "HTTPS"}
    secret = {"credentialName": "cert"} if mode in {"SIMPLE", "MUTUAL"} else {}
    return {"port": port, "hosts": [host], "tls": {"mode": mode, **secret, **more}}


def rule(**settings: str) -> dict[str, Any]:
    spec = {"host": "door", "trafficPolicy": {"tls": settings}}
    return thing(ISTIO, "DestinationRule", "to-the-door", spec)


def mesh_of(server: dict[str, Any], *objects: dict[str, Any], port: str = "https") -> Mesh:
    service = {
        "selector": {"app": "door"},
        "ports": [{"name": port, "port": 443, "targetPort": 8443}],
    }
    gateway = {"selector": {"app": "door"}, "servers": [{"hosts": ["*"], **server}]}
    route = {"hosts": ["a.test"], "gateways": ["door"]}
    to = {"destination": {"host": "door", "port": {"number": 443}}}
    sni = {"match": [{"sniHosts": ["a.test"], "port": 443}], "route": [to]}
    found = (
        thing("v1", "Service", "door", service),
        workload("door", "istio-proxy", "true"),
        workload("desk", "main", "true"),
        workload("batch", "main", "false"),
        thing(ISTIO, "Gateway", "door", gateway),
        thing(ISTIO, "VirtualService", "door", {**route, "tls": [sni], "http": [{"route": [to]}]}),
        *objects,
    )
    documents = [Document(f"{n}.yaml", 1, str(data), data) for n, data in enumerate(found)]
    return Mesh(tuple(unwrap(documents, "default")))


def row(mesh: Mesh, client: str) -> TlsLine:
    return next(TlsCheck(mesh).rows(f"shop/{client}"))


@pytest.mark.parametrize(
    ("server", "objects", "desk", "batch"),
    [
        (HTTP, (), ("disable", "plaintext"), "plaintext"),
        (HTTP, (rule(mode="ISTIO_MUTUAL"),), ("disable", "conflict"), "plaintext"),
        (tls("SIMPLE"), (), ("tls", "tls"), "tls"),
        (tls("SIMPLE"), (rule(mode="SIMPLE"),), ("tls", "tls"), "tls"),
        (tls("MUTUAL"), (rule(mode="ISTIO_MUTUAL"),), ("tls", "conflict"), "tls"),
        (tls("SIMPLE", "a.test"), (rule(mode="SIMPLE", sni="b.test"),), ("tls", "conflict"), "tls"),
        (tls("PASSTHROUGH", "a.test"), (), ("passthrough", "tls"), "tls"),
        (tls("ISTIO_MUTUAL"), (rule(mode="ISTIO_MUTUAL"),), ("strict", "mtls"), "unknown"),
        (
            tls("ISTIO_MUTUAL", "a.test"), (rule(mode="ISTIO_MUTUAL", sni="a.test"),),
            ("strict", "mtls"), "unknown",
        ),
        (
            tls("ISTIO_MUTUAL", "a.test"), (rule(mode="ISTIO_MUTUAL"),),
            ("strict", "conflict"), "unknown",
        ),
        (tls("ISTIO_MUTUAL"), (rule(mode="DISABLE"),), ("strict", "conflict"), "unknown"),
        (tls("ISTIO_MUTUAL"), (rule(mode="SIMPLE"),), ("strict", "conflict"), "unknown"),
        (tls("ISTIO_MUTUAL"), (), ("strict", "unknown"), "unknown"),
    ],
)  # fmt: skip
def test_the_servers_of_a_gateway_decide(
    server: dict[str, Any], objects: tuple[dict[str, Any], ...], desk: tuple[str, str], batch: str
) -> None:
    mesh = mesh_of(server, *objects)
    own, outside = row(mesh, "desk"), row(mesh, "batch")
    assert desk == (own.server_mode, own.result)
    assert batch == outside.result
    assert "Gateway shop/door" in own.objects


def test_http_in_the_clear_to_a_tls_server_fits_only_by_a_rule() -> None:
    direct = row(mesh_of(tls("SIMPLE"), port="http"), "desk")
    assert ("tls", "unknown") == (direct.server_mode, direct.result)
    assert "a direct call would be refused, as the gateway's server demands TLS" in direct.reason
    by_rule = row(mesh_of(tls("SIMPLE"), rule(mode="DISABLE"), port="http"), "desk")
    assert "conflict" == by_rule.result


def test_a_port_of_no_server_says_so() -> None:
    other = row(mesh_of({"port": {"number": 80, "name": "http", "protocol": "HTTP"}}), "desk")
    assert ("unknown", "unknown") == (other.server_mode, other.result)
    assert "no Gateway in the input has a server on port 8443 of shop/door" in other.reason


def test_the_fix_names_the_rule_and_the_server() -> None:
    mesh = mesh_of(tls("ISTIO_MUTUAL"), rule(mode="DISABLE"))
    found = ask(None, mesh, Question(None, None, "shop"), Settings())
    assert found.has_conflicts
    failure = next(iter(found.failures()))
    assert "" == failure.rule
    assert "trafficPolicy.tls of a DestinationRule for door.shop.svc.cluster.local" in failure.fix
    assert failure.server.startswith("Gateway shop/door, 4.yaml:")
