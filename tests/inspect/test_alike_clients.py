"""Clients are held together that follow rules which say the same, and each is told of its own rule."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.tls.failures import TlsFailure, failures
from meshctl.inspect.tls.rows import TlsRows
from meshctl.mesh import Mesh
from meshctl.sources.documents import Document
from tests.engine.test_growth import MOST, SIZES, calls, exponent

HOMES = ("a", "b", "c", "istio-system")
HOSTS = (
    "*.local", "*.local", "*.local", "*.cluster.local", "*.a.svc.cluster.local", "web.b.svc.cluster.local", "web", "*",
)  # fmt: skip
POLICIES: tuple[dict[str, Any], ...] = (
    {"tls": {"mode": "ISTIO_MUTUAL"}}, {"tls": {"mode": "ISTIO_MUTUAL"}}, {"tls": {"mode": "DISABLE"}},
    {"tls": {"mode": "SIMPLE", "credentialName": "own"}}, {"loadBalancer": {"simple": "PASSTHROUGH"}},
    {"tls": {"mode": "DISABLE"}, "portLevelSettings": [{"port": {"number": 80}}]},
)  # fmt: skip
GROUPS = {"Namespace": "v1", "Service": "v1", "Deployment": "apps/v1", "PeerAuthentication": "security.istio.io/v1"}  # fmt: skip


def thing(kind: str, name: str, namespace: str, spec: object, **more: object) -> dict[str, Any]:
    version = GROUPS.get(kind, "networking.istio.io/v1")
    metadata = {"name": name, "namespace": namespace} | more
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def workload(name: str, namespace: str, **labels: str) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name} | labels}, "spec": {"containers": [{"name": "main"}]}}  # fmt: skip
    return thing("Deployment", name, namespace, {"template": template})


def rule(name: str, namespace: str, host: str, policy: object, **more: object) -> dict[str, Any]:
    spec = {"host": host, "trafficPolicy": policy} | more
    return thing("DestinationRule", name, namespace, spec)


def takes(mode: str, namespace: str) -> dict[str, Any]:
    return thing("PeerAuthentication", "default", namespace, {"mtls": {"mode": mode}})


def homes() -> list[dict[str, Any]]:
    """Namespaces with a Service and two workloads each."""
    found = []
    for home in HOMES:
        found.append(thing("Namespace", home, "", {}, labels={"istio-injection": "enabled"}))
        ports = [{"name": "http", "port": 80}]
        found.append(thing("Service", "web", home, {"selector": {"app": "web"}, "ports": ports}))
        found += [workload("web", home), workload("desk", home, version="v1")]
    return found


def rows_of(*objects: dict[str, Any]) -> TlsRows:
    documents = [Document(f"{n}.yaml", 1, str(data), data) for n, data in enumerate(objects)]
    return TlsCheck(Mesh(tuple(unwrap(documents, "default")))).found(TlsFilter())


def told(found: list[TlsFailure]) -> list[tuple[object, ...]]:
    return [(one.row.data, one.number, one.client, one.server, one.fix) for one in found]


def random_rules(chance: random.Random) -> list[dict[str, Any]]:
    found = []
    for number in range(chance.randint(2, 9)):
        more: dict[str, object] = {}
        if chance.random() < 0.3:
            more["exportTo"] = chance.choice([["."], ["a"], ["b", "c"], ["~"], ["istio-system"]])
        if chance.random() < 0.3:
            labels = chance.choice([{"app": "web"}, {"version": "v1"}, {}])
            more["workloadSelector"] = {"matchLabels": labels}
        if chance.random() < 0.2:
            more["subsets"] = [{"name": "v1", "labels": {"app": "web"}}]
        home, host = chance.choice(HOMES), chance.choice(HOSTS)
        made = rule(f"d-{number}", home, host, chance.choice(POLICIES), **more)
        if chance.random() < 0.5:
            made["metadata"]["creationTimestamp"] = f"2025-01-0{chance.randint(1, 9)}T00:00:00Z"
        found.append(made)
    return found


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_each_client_gets_the_rows_that_it_gets_alone(chance: random.Random) -> None:
    modes = [takes(chance.choice(["STRICT", "DISABLE"]), home) for home in HOMES[:2]]
    objects = [*homes(), *modes, *random_rules(chance)]
    documents = [Document(f"{n}.yaml", 1, str(data), data) for n, data in enumerate(objects)]
    check = TlsCheck(Mesh(tuple(unwrap(documents, "default"))))
    together = check.found(TlsFilter())
    alone = [
        row for home in sorted(HOMES) for name in ("desk", "web")
        for row in check.found(TlsFilter(f"{home}/{name}"))
    ]  # fmt: skip
    assert [row.data for row in alone] == [row.data for row in together]
    assert len(alone) == len(together)
    each = failures((row, 1) for row in alone)
    assert told(each) == told(failures(together.decided()))


def test_rules_that_say_the_same_are_looked_at_once_and_told_each() -> None:
    rules = [rule("all", home, "*.local", {"tls": {"mode": "DISABLE"}}) for home in ("a", "b", "c")]
    rows = rows_of(*homes(), *rules, takes("STRICT", "istio-system"))
    assert {2, 6} == {len(group.clients) for group in rows.groups}
    assert [  # the clients of istio-system follow the rule beside a Service
        ("DestinationRule a/all, 16.yaml:1", 10), ("DestinationRule b/all, 17.yaml:1", 10),
        ("DestinationRule c/all, 18.yaml:1", 10),
    ] == [(one.client, one.number) for one in failures(rows.decided())]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        {"tls": {"mode": "ISTIO_MUTUAL"}}, {"tls": {"mode": "DISABLE"}, "loadBalancer": {"simple": "PASSTHROUGH"}},
        {"tls": {"mode": "DISABLE"}, "portLevelSettings": [{"port": {"number": 80}, "tls": {"mode": "SIMPLE"}}]},
    ],
)  # fmt: skip
def test_rules_that_say_something_else_are_looked_at_each(other: dict[str, Any]) -> None:
    first = rule("all", "a", "*.local", {"tls": {"mode": "DISABLE"}})
    rows = rows_of(*homes(), first, rule("all", "b", "*.local", other))
    assert {2, 4} == {len(group.clients) for group in rows.groups}


def test_rules_whose_order_is_not_known_are_looked_at_apart() -> None:
    disabled = {"tls": {"mode": "DISABLE"}}
    first = [rule("all", home, "*.local", disabled) for home in ("a", "b")]
    second = rule("more", "b", "*.local", disabled)
    parted = rows_of(*homes(), *first, second)
    assert [True, False] == [
        row.line.order_known for row in parted if row.client.name in {"a/desk", "b/desk"}
    ][::4]
    assert {2, 4} == {len(group.clients) for group in parted.groups}


def test_credentials_of_a_rule_for_some_workloads_are_looked_at_apart() -> None:
    secret = {"tls": {"mode": "SIMPLE", "credentialName": "own"}}
    dropped = rule("all", "a", "*.local", secret)
    kept = rule("all", "b", "*.local", secret, workloadSelector={"matchLabels": {}})
    parted = rows_of(*homes(), dropped, kept)
    assert [("plaintext", "plaintext"), ("simple", "conflict")] == [
        (row.line.client_tls, row.line.result)
        for row in parted
        if row.client.name in {"a/desk", "b/desk"}
    ][::4]


def test_what_has_nothing_to_do_with_tls_parts_nobody() -> None:
    disabled = {"tls": {"mode": "DISABLE"}}
    pools = ({"tcp": {"maxConnections": number}} for number in (1, 2))
    rules = [
        rule("all", home, "*.local", disabled | {"connectionPool": pool})
        for home, pool in zip(("a", "b"), pools, strict=True)
    ]
    rows = rows_of(*homes(), *rules)
    assert {4} == {len(group.clients) for group in rows.groups}


def test_a_rule_for_one_host_parts_its_own_namespace_there_alone() -> None:
    disabled = {"tls": {"mode": "DISABLE"}}
    rules = [rule("all", home, "*.local", disabled) for home in HOMES[:3]]
    rows = rows_of(*homes(), *rules, rule("web", "a", "web.b.svc.cluster.local", disabled))
    sizes: dict[str, list[int]] = {}
    for group in rows.groups:
        sizes.setdefault(group.rows[0].line.host, []).append(len(group.clients))
    assert [2, 4, 2] == sizes.pop("web.b.svc.cluster.local")
    assert [[2, 6]] * 3 == list(sizes.values())


def test_rows_of_hosts_that_their_own_namespace_sees_alone_are_as_many_as_these() -> None:
    counts = []
    for size in SIZES:
        objects = []
        for home in (f"n-{number}" for number in range(size)):
            objects.append(thing("Namespace", home, "", {}, labels={"istio-injection": "enabled"}))
            spec = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}
            private = {"networking.istio.io/exportTo": "."}
            objects.append(thing("Service", "web", home, spec, annotations=private))
            objects.append(workload("web", home))
        rows = rows_of(*objects)
        assert size == len(list(rows))
        counts.append(calls(lambda rows=rows: list(rows)))
    assert exponent(counts) <= MOST
