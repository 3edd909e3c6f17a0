"""What clients send, what servers take, and what comes of it."""

import pytest
from tls_meshes import OFF, mesh, namespace, policy, rule, service, thing, tls, workload

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.security.tls_connection import Client, ClientKind

HOST = "cart.shop.svc.cluster.local"
SHOP = (namespace("shop"), service("shop/cart"), workload("shop/cart"))


def outcome(*resources, proxy=ClientKind.SIDECAR, config=None):
    """Client TLS, server mode and result of each connection to the cart."""
    made = mesh(*resources, config=config)
    client = Client("front/web", "front", proxy)
    return [
        (str(connection.upstream.tls), str(connection.mode), str(connection.result))
        for connection in made.security.mtls.connections(client)
        if connection.upstream.host.host == HOST
    ]


STRICT = policy("shop/p", "STRICT")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], ("auto", "permissive", "mtls")),
        ([STRICT], ("auto", "strict", "mtls")),
        ([policy("shop/p", "DISABLE")], ("plaintext", "disable", "plaintext")),
        ([STRICT, rule("shop/r", "cart", **tls("DISABLE"))], ("plaintext", "strict", "conflict")),
        (
            [STRICT, rule("shop/r", "cart", **tls("ISTIO_MUTUAL"))],
            ("istio-mutual", "strict", "mtls"),
        ),
        ([STRICT, rule("shop/r", "cart", **tls("SIMPLE"))], ("simple", "strict", "conflict")),
        ([rule("shop/r", "cart", **tls("SIMPLE"))], ("simple", "permissive", "conflict")),
        (
            [policy("shop/p", "DISABLE"), rule("shop/r", "cart", **tls("ISTIO_MUTUAL"))],
            ("istio-mutual", "disable", "conflict"),
        ),
        (
            [
                policy("shop/p", "DISABLE"),
                policy("shop/q", "STRICT", selector={"matchLabels": {"app": "cart"}}),
            ],
            ("plaintext", "strict", "conflict"),
        ),
    ],
)
def test_a_sidecar_and_a_workload_with_a_sidecar(more, expected) -> None:
    assert [expected] == outcome(*SHOP, *more)


def test_a_port_entry_without_tls_still_sends_plaintext() -> None:
    entry = {"portLevelSettings": [{"port": {"number": 80}}]}
    found = outcome(*SHOP, STRICT, rule("shop/r", "cart", **tls("DISABLE", **entry)))
    assert [("auto", "strict", "conflict")] == found


def test_a_subset_without_tls_takes_the_mode_that_the_host_labels_its_endpoints_with() -> None:
    """Also where an entry for the port takes the block itself away."""
    entry = {"portLevelSettings": [{"port": {"number": 80}}]}
    bare = workload("shop/cart", **OFF)
    subset = {"name": "all", "labels": {}}
    lost = rule("shop/r", "cart", **tls("ISTIO_MUTUAL", **entry), subsets=[subset])
    expected = ("auto", "none", "conflict")
    assert [expected, expected] == outcome(namespace("shop"), service("shop/cart"), bare, lost)


def test_a_client_without_a_sidecar_ignores_every_rule() -> None:
    found = outcome(*SHOP, rule("shop/r", "cart", **tls("ISTIO_MUTUAL")), proxy=ClientKind.NONE)
    assert [("plaintext", "permissive", "plaintext")] == found


def test_auto_mtls_can_be_off() -> None:
    found = outcome(*SHOP, STRICT, config=MeshConfig(auto_mtls=False))
    assert [("plaintext", "strict", "conflict")] == found


def test_a_pod_without_a_sidecar() -> None:
    pods = (namespace("shop"), service("shop/cart"), workload("shop/cart", **OFF))
    assert [("auto", "none", "plaintext")] == outcome(*pods, STRICT)
    mutual = rule("shop/r", "cart", **tls("ISTIO_MUTUAL"))
    assert [("istio-mutual", "none", "conflict")] == outcome(*pods, mutual)
    assert [("simple", "none", "tls")] == outcome(*pods, rule("shop/r", "cart", **tls("SIMPLE")))


def test_unknown_sidecars_are_no_conflict() -> None:
    pods = (service("shop/cart"), workload("shop/cart"))
    found = outcome(*pods, STRICT, rule("shop/r", "cart", **tls("DISABLE")))
    assert [("plaintext", "unknown", "unknown")] == found


def test_the_input_may_lack_the_pods() -> None:
    assert [("auto", "unknown", "unknown")] == outcome(service("shop/cart"))
    assert [("auto", "None", "no-endpoint")] == outcome(
        service("shop/cart"), workload("shop/other"), namespace("shop")
    )


def test_headless_services_are_all_or_nothing_for_sidecars() -> None:
    headless = (namespace("shop"), service("shop/cart", headless=True), workload("shop/cart"))
    assert [("istio-mutual", "strict", "mtls")] == outcome(*headless, STRICT)
    assert [("auto", "strict", "mtls")] == outcome(*headless, STRICT, proxy=ClientKind.GATEWAY)
    mixed = (*headless, workload("shop/old", **{"app": "cart", **OFF}))
    found = [("plaintext", "strict", "conflict"), ("plaintext", "none", "plaintext")]
    assert found == outcome(*mixed, STRICT)


@pytest.mark.parametrize(
    ("port", "expected"),
    [("http", "conflict"), ("grpc", "conflict"), ("tcp", "tls"), ("https", "tls"), ("web", "tls")],
)
def test_foreign_tls_passes_a_permissive_port_that_is_not_http(port, expected) -> None:
    cart = (namespace("shop"), service("shop/cart", port=port), workload("shop/cart"))
    found = outcome(*cart, rule("shop/r", "cart", **tls("SIMPLE")))
    assert [("simple", "permissive", expected)] == found


def test_a_credential_needs_a_selector_on_sidecars_but_not_on_gateways() -> None:
    secret = {"trafficPolicy": {"tls": {"mode": "SIMPLE", "credentialName": "c"}}}
    found = outcome(*SHOP, rule("shop/r", "cart", **secret))
    assert [("plaintext", "permissive", "plaintext")] == found
    at_gateway = outcome(*SHOP, rule("shop/r", "cart", **secret), proxy=ClientKind.GATEWAY)
    assert [("simple", "permissive", "conflict")] == at_gateway


def test_hosts_outside_the_mesh() -> None:
    spec = {"hosts": ["api.test"], "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}]}
    entry = thing("ServiceEntry", "shop/api", spec)
    made = mesh(entry, rule("shop/r", "api.test", **tls("SIMPLE", sni="x")))
    (found,) = made.security.mtls.connections(Client("front/web", "front"))
    assert ("simple", "external", "tls") == (found.upstream.tls, found.mode, found.result)


def test_subsets_are_upstreams_of_their_own() -> None:
    subsets = [
        {"name": "v1", "labels": {"version": "1"}},
        {"name": "v9", "labels": {"version": "9"}},
    ]
    resources = (
        namespace("shop"), service("shop/cart"), workload("shop/cart", version="1"),
        rule("shop/r", "cart", subsets=subsets),
    )  # fmt: skip
    made = mesh(*resources)
    found = [
        (
            connection.upstream.subset and connection.upstream.subset.name,
            connection.upstream.sni,
            str(connection.result),
        )
        for connection in made.security.mtls.connections(Client("front/web", "front"))
    ]
    assert [
        (None, f"outbound_.80_._.{HOST}", "mtls"),
        ("v1", f"outbound_.80_.v1_.{HOST}", "mtls"),
        ("v9", f"outbound_.80_.v9_.{HOST}", "no-endpoint"),
    ] == found


def test_labels_that_no_template_shows_leave_a_subset_its_pods() -> None:
    """Argo Rollouts puts the hash of a ReplicaSet into the subset."""
    subsets = [{"name": "canary", "labels": {"rollouts-pod-template-hash": "5c8"}}]
    made = mesh(*SHOP, rule("shop/r", "cart", subsets=subsets))
    found = list(made.security.mtls.connections(Client("front/web", "front")))
    assert ["mtls", "mtls"] == [str(connection.result) for connection in found]


def test_a_conflict_is_filed_once_under_the_object_that_decides() -> None:
    disable = rule("shop/r", "cart", **tls("DISABLE"))
    made = mesh(*SHOP, STRICT, disable)
    (conflict,) = made.security.tls_conflicts.of(disable)
    assert (f"{HOST}:80", "shop/cart", True) == (
        conflict.where,
        conflict.server,
        conflict.is_certain,
    )
    assert STRICT is conflict.demand.resource
    assert () == made.security.tls_conflicts.of(STRICT)


def test_a_port_that_is_called_past_the_sidecar_gets_plaintext() -> None:
    made = mesh(*SHOP, STRICT, rule("shop/r", "cart", **tls("ISTIO_MUTUAL")))
    client = Client("front/web", "front", past_sidecar=frozenset({80}))
    [connection] = made.security.mtls.connections(client)
    assert ("plaintext", "conflict", None) == (
        connection.upstream.tls,
        connection.result,
        connection.rule_place,
    )
