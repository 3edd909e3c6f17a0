"""What BackendTLSPolicies become, beside DestinationRules that users wrote."""

import pytest
from tls_meshes import OFF, mesh, namespace, policy, rule, thing, tls, workload

from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

HOST = "vault.shop.svc.cluster.local"
PORTS = [
    {"name": "https", "port": 443, "targetPort": 8443},
    {"name": "http", "port": 80, "targetPort": 8080},
]
BALANCED = {"trafficPolicy": {"loadBalancer": {"simple": "LEAST_REQUEST"}}}
CA = [{"group": "", "kind": "ConfigMap", "name": "ca"}]


def backend_policy(
    name="shop/vault",
    *,
    section=None,
    kind="Service",
    target="vault",
    age=None,
    ca=None,
    **metadata,
):
    """A policy of the vault; ``ca`` are its references to authorities."""
    group = "networking.istio.io" if kind == "ServiceEntry" else ""
    reference = {"group": group, "kind": kind, "name": target}
    if section:
        reference["sectionName"] = section
    authority = {"caCertificateRefs": ca} if ca else {"wellKnownCACertificates": "System"}
    validation = {"hostname": f"{name.rpartition('/')[2]}.example.com", **authority}
    spec = {"targetRefs": [reference], "validation": validation}
    return thing("BackendTLSPolicy", name, spec, age, **metadata)


def config_map(key):
    metadata = {"name": "ca", "namespace": "shop"}
    data = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": {key: "certificates"},
    }
    return make_resource(Document("ca.yaml", 1, "", data), data, (), "default")


SHOP = (
    namespace("shop"),
    thing("Service", "shop/vault", {"selector": {"app": "vault"}, "ports": PORTS}),
    workload("shop/vault", **OFF),
)


def sent(*resources, proxy=ClientKind.SIDECAR, home="front", host=HOST, is_whole=False):
    """What a client sends to each port: TLS and SNI."""
    made = mesh(*resources, is_whole=is_whole)
    connections = made.security.mtls.connections(Client(f"{home}/web", home, proxy))
    return {
        one.upstream.port.number: (str(one.upstream.tls), one.upstream.sni if "auto" != one.upstream.tls else "")
        for one in connections
        if one.upstream.host.host == host
    }  # fmt: skip


SIMPLE, AUTO, PLAIN = ("simple", "vault.example.com"), ("auto", ""), ("plaintext", None)


@pytest.mark.parametrize("proxy", [ClientKind.SIDECAR, ClientKind.GATEWAY])
def test_every_envoy_opens_tls_to_all_ports_or_to_one_by_its_name(proxy) -> None:
    assert {443: SIMPLE, 80: SIMPLE} == sent(*SHOP, backend_policy(), proxy=proxy)
    assert {443: SIMPLE, 80: AUTO} == sent(*SHOP, backend_policy(section="https"), proxy=proxy)


@pytest.mark.parametrize("proxy", [ClientKind.NONE, ClientKind.ZTUNNEL])
def test_who_has_no_envoy_opens_none(proxy) -> None:
    assert "simple" not in {one for one, _ in sent(*SHOP, backend_policy(), proxy=proxy).values()}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("shop/r", "vault", **BALANCED)], {443: SIMPLE, 80: SIMPLE}),
        ([rule("shop/r", "vault", **tls("DISABLE"))], {443: PLAIN, 80: PLAIN}),
        ([rule("shop/r", "vault", exportTo=["*"], **BALANCED)], {443: AUTO, 80: AUTO}),
        ([rule("front/r", HOST, **BALANCED)], {443: AUTO, 80: AUTO}),
        ([rule("istio-system/r", HOST, **tls("DISABLE"))], {443: SIMPLE, 80: SIMPLE}),
        ([rule("shop/r", "vault", 1, subsets=[])], {443: SIMPLE, 80: SIMPLE}),
        (
            [rule("shop/r", "vault", 1, **tls("DISABLE")), rule("shop/s", "vault", 2, **BALANCED)],
            {443: PLAIN, 80: PLAIN},
        ),
        (
            [rule("shop/r", "vault", 1, **tls("DISABLE")), rule("shop/s", "vault", 2, **tls("SIMPLE"))],
            {443: ("simple", None), 80: ("simple", None)},
        ),
    ],
)  # fmt: skip
def test_the_fields_of_users_win_and_the_policy_fills_the_gaps(rules, expected) -> None:
    assert expected == sent(*SHOP, backend_policy(), *rules)


def test_gaps_are_filled_port_by_port() -> None:
    limits = {"connectionPool": {"tcp": {"maxConnections": 3}}}
    ports = [{"port": {"number": 443}, **limits}, {"port": {"number": 80}, **limits}]
    limited = rule("shop/r", "vault", trafficPolicy={"portLevelSettings": ports})
    assert {443: SIMPLE, 80: AUTO} == sent(*SHOP, backend_policy(section="https"), limited)
    # An entry of a port replaces what holds for the whole host, also that of the policy.
    assert {443: AUTO, 80: AUTO} == sent(*SHOP, backend_policy(), limited)


def test_places_lead_to_what_was_written() -> None:
    ports = {"portLevelSettings": [{"port": {"number": 80}, "tls": {"mode": "DISABLE"}}]}
    own = rule("shop/r", "vault", trafficPolicy=ports)
    made = mesh(*SHOP, backend_policy(section="https"), own)
    (host,) = made.registry.at(HOST)
    found = {
        one.port.number: (one.ref.resource.title, one.ref.path)
        for one in made.security.mtls.upstreams(Client("front/web", "front"), host)
    }
    entry = ("spec", "trafficPolicy", "portLevelSettings", 0, "tls", "mode")
    expected = {
        443: ("BackendTLSPolicy shop/vault", ("spec", "targetRefs", 0, "name")),
        80: ("DestinationRule shop/r", entry),
    }
    assert expected == found


def test_of_two_policies_for_one_target_the_older_counts() -> None:
    two = [backend_policy("shop/vault", age=2), backend_policy("shop/second", age=1)]
    assert {443: ("simple", "second.example.com"), 80: ("simple", "second.example.com")} == sent(
        *SHOP, *two
    )
    whole = [
        backend_policy("shop/vault", section="https", age=2),
        backend_policy("shop/other", age=1),
    ]
    assert {443: SIMPLE, 80: ("simple", "other.example.com")} == sent(*SHOP, *whole)


def test_policies_that_are_ignored_or_for_nothing_open_none() -> None:
    ignored = backend_policy(annotations={"istio.io/ignore-policy-attachment": "true"})
    for one in (ignored, backend_policy(section="grpc"), backend_policy("front/vault")):
        assert {443: AUTO, 80: AUTO} == sent(*SHOP, one)


def test_hosts_of_a_service_entry() -> None:
    ports = [{"name": "https", "number": 443, "protocol": "HTTP"}]
    spec = {"hosts": ["pay.example.com"], "ports": ports, "resolution": "DNS"}
    entry = thing("ServiceEntry", "shop/bank", spec)
    opened = backend_policy(kind="ServiceEntry", target="bank", section="https")
    assert {443: SIMPLE} == sent(namespace("shop"), entry, opened, host="pay.example.com")


@pytest.mark.parametrize(
    ("objects", "sidecar", "gateway"),
    [
        ([config_map("ca.crt")], SIMPLE, "tls"),
        ([config_map("other")], PLAIN, "conflict"),
        ([], PLAIN, "conflict"),
    ],
)
def test_without_authority_sidecars_send_plaintext_and_gateways_nothing(
    objects, sidecar, gateway
) -> None:
    resources = (*SHOP, backend_policy(ca=CA), *objects)
    assert {443: sidecar, 80: sidecar} == sent(*resources, is_whole=True)
    made = mesh(*resources, is_whole=True)
    client = Client("front/gate", "front", ClientKind.GATEWAY)
    found = {str(one.result) for one in made.security.mtls.connections(client)}
    assert {gateway} == found


def test_an_authority_that_the_input_may_lack_is_taken_for_granted() -> None:
    assert {443: SIMPLE, 80: SIMPLE} == sent(*SHOP, backend_policy(ca=CA))


def test_a_strict_server_is_a_conflict_of_the_policy() -> None:
    strict = policy("shop/p", "STRICT")
    opened = backend_policy(section="https")
    made = mesh(*SHOP[:2], workload("shop/vault"), strict, opened)
    (conflict,) = made.security.tls_conflicts.of(opened)
    assert f"{HOST}:443" == conflict.where
    assert strict.at("spec", "mtls", "mode") == conflict.demand
