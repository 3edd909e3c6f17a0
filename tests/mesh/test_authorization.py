"""What rules of AuthorizationPolicies ask of a connection."""

from typing import Any

import pytest

from meshctl.mesh.registry.service_accounts import Principal
from meshctl.mesh.security.authorization_rules import (
    ShutOutPaths,
    http_parts,
    may_admit,
    public_addresses,
    reaches_port,
    widened_on,
)
from meshctl.resources import AuthorizationPolicy, make_resource
from meshctl.sources.documents import Document

WAYPOINT = Principal("cluster.local", "shop", "waypoint")


def policy(*rules: Any, action: str = "ALLOW") -> AuthorizationPolicy:
    data = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"action": action, "rules": list(rules)},
    }
    made = make_resource(Document("p.yaml", 1, "", data), data, (), "default")
    assert isinstance(made, AuthorizationPolicy)
    return made


def rule(sources: Any = (), operations: Any = (), when: Any = ()) -> dict[str, Any]:
    return {
        "from": [{"source": source} for source in sources],
        "to": [{"operation": operation} for operation in operations],
        "when": list(when),
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (rule([{"principals": ["a"]}], [{"ports": ["80"]}]), []),
        (rule((), [{"ports": ["80"], "paths": ["/a"]}]), ["paths"]),
        (rule([{"notRequestPrincipals": ["*"]}]), ["notRequestPrincipals"]),
        (rule((), (), [{"key": "request.headers[x]", "values": ["1"]}]), ["key"]),
        (rule((), (), [{"key": "source.ip", "values": ["10.0.0.1"]}]), []),
    ],
)
def test_parts_that_read_requests(written, expected) -> None:
    assert expected == [ref.path[-1] for ref in http_parts(policy(written).rules[0])]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (rule(), True),
        (rule((), [{"ports": ["80"]}]), False),
        (rule((), [{"ports": ["80"]}, {"methods": ["GET"]}]), True),
        (rule((), [{"notPorts": ["5432"]}]), False),
        (rule((), (), [{"key": "destination.port", "values": ["80"]}]), False),
        (rule((), (), [{"key": "destination.port", "notValues": ["80"]}]), True),
    ],
)
def test_a_rule_reaches_a_port(written, expected) -> None:
    assert expected == reaches_port(policy(written).rules[0], 5432)


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"paths": ["/a"]}], "paths"),
        ([{"paths": ["/a"], "ports": ["80"]}], None),
        ([{"paths": ["/a"], "ports": ["80"]}, {"hosts": ["b"]}], "hosts"),
        ([{"ports": ["5432"]}], None),
    ],
)
def test_what_a_port_without_http_leaves_out_of_a_deny_rule(operations, expected) -> None:
    found = widened_on(policy(rule((), operations), action="DENY").rules[0], 5432)
    assert expected == (found.path[-1] if found is not None else None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (rule(), True),
        (rule([{"principals": ["cluster.local/ns/shop/sa/waypoint"]}]), True),
        (rule([{"principals": ["*/sa/waypoint"]}]), True),
        (rule([{"principals": ["cluster.local/ns/front/sa/web"]}]), False),
        (rule([{"namespaces": ["front"]}]), False),
        (rule([{"namespaces": ["front"]}, {"ipBlocks": ["10.0.0.0/8"]}]), True),
        (rule([{"serviceAccounts": ["shop/waypoint"]}]), True),
        (rule([{"serviceAccounts": ["shop/web"]}]), False),
        (rule((), (), [{"key": "source.namespace", "values": ["front"]}]), False),
        (rule((), (), [{"key": "source.ip", "values": ["10.0.0.1"]}]), True),
    ],
)
def test_a_rule_may_admit_an_identity(written, expected) -> None:
    assert expected == may_admit(policy(written).rules[0], WAYPOINT)


@pytest.mark.parametrize(
    ("path", "written", "expected"),
    [
        ("/a", ["/a"], "/a/"),
        ("/a", ["/a", "/a/*"], ""),
        ("/a", ["/a*"], ""),
        ("/a/*", ["/a/*"], "/a"),
        ("/*", ["/*"], ""),
        ("/a/", ["/a/"], ""),
        ("/a.js", ["/a.js"], ""),
        ("*.php", ["*.php"], ""),
        ("", [""], ""),
    ],
)
def test_the_twin_of_a_path(path, written, expected) -> None:
    assert expected == ShutOutPaths(written).open_variant(path)


def test_addresses_of_the_internet() -> None:
    sources = [{"ipBlocks": ["8.8.8.8", "10.1.0.0/16", "0.0.0.0/0", "x", "2001:4860::/32"]}]
    found = [text for _, text in public_addresses(policy(rule(sources)))]
    assert ["8.8.8.8", "2001:4860::/32"] == found
