"""TLS between ambient mode, sidecars and pods outside the mesh."""

import pytest
from tls_meshes import mesh, policy, rule, service, thing, tls, workload

from meshctl.mesh.core.mesh_config import MeshConfig

HOST = "cart.shop.svc.cluster.local"
HBONE = MeshConfig.parse({"defaultConfig": {"proxyMetadata": {"ISTIO_META_ENABLE_HBONE": "true"}}})
PLAIN = MeshConfig.parse({})
AMBIENT = {"istio.io/dataplane-mode": "ambient"}
SIDECAR = {"istio-injection": "enabled"}
OUTSIDE = {"team": "old"}


def outcome(client, server, *more, config=None):
    """Client TLS, server mode and result of the connection from web to cart."""
    made = mesh(
        thing("Namespace", "front", labels=client),
        workload("front/web"),
        thing("Namespace", "shop", labels=server),
        service("shop/cart"),
        workload("shop/cart"),
        *more,
        config=config,
    )
    (web,) = (pod for pod in made.workloads if pod.name == "web")
    return [
        (str(connection.upstream.tls), str(connection.mode), str(connection.result))
        for connection in made.security.mtls.connections(made.security.mtls.client(web))
        if connection.upstream.host.host == HOST
    ]


STRICT = policy("shop/p", "STRICT")


@pytest.mark.parametrize(
    ("client", "server", "more", "expected"),
    [
        (AMBIENT, AMBIENT, [], ("auto", "permissive", "mtls")),
        (AMBIENT, AMBIENT, [STRICT], ("auto", "strict", "mtls")),
        (AMBIENT, AMBIENT, [policy("shop/p", "DISABLE")], ("auto", "permissive", "mtls")),
        (
            AMBIENT,
            AMBIENT,
            [STRICT, rule("front/r", HOST, **tls("DISABLE"))],
            ("auto", "strict", "mtls"),
        ),
        (AMBIENT, OUTSIDE, [], ("auto", "none", "plaintext")),
        (OUTSIDE, AMBIENT, [], ("plaintext", "permissive", "plaintext")),
        (OUTSIDE, AMBIENT, [STRICT], ("plaintext", "strict", "conflict")),
        (OUTSIDE, AMBIENT, [policy("shop/p", "DISABLE")], ("plaintext", "permissive", "plaintext")),
        (SIDECAR, AMBIENT, [STRICT], ("auto", "strict", "mtls")),
        (
            SIDECAR,
            AMBIENT,
            [STRICT, rule("front/r", HOST, **tls("DISABLE"))],
            ("plaintext", "strict", "mtls"),
        ),
        (
            SIDECAR,
            AMBIENT,
            [rule("front/r", HOST, **tls("SIMPLE"))],
            ("simple", "permissive", "tls"),
        ),
        (AMBIENT, SIDECAR, [STRICT], ("auto", "strict", "unknown")),
    ],
)
def test_ambient_mode(client, server, more, expected) -> None:
    assert [expected] == outcome(client, server, *more)


@pytest.mark.parametrize(
    ("config", "more", "result"),
    [
        (HBONE, [STRICT], "mtls"),
        (PLAIN, [STRICT], "conflict"),
        (PLAIN, [], "plaintext"),
    ],
)
def test_a_sidecar_takes_hbone_where_the_mesh_config_says_so(config, more, result) -> None:
    ((_, _, found),) = outcome(AMBIENT, SIDECAR, *more, config=config)
    assert result == found


def test_what_goes_outside_the_mesh_is_passed_on() -> None:
    entry = {
        "hosts": ["api.example.com"],
        "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}],
        "resolution": "DNS",
    }
    made = mesh(
        thing("Namespace", "front", labels=AMBIENT),
        workload("front/web"),
        thing("ServiceEntry", "front/api", entry),
        rule("front/api", "api.example.com", **tls("SIMPLE")),
    )
    (web,) = made.workloads
    (found,) = made.security.mtls.connections(made.security.mtls.client(web))
    assert ("plaintext", "plaintext") == (str(found.upstream.tls), str(found.result))
