"""A target or setting of a BackendTLSPolicy that is called dead changes nothing that is sent, and others do.

Random policies for a Service with two ports and a ServiceEntry with two hosts. What is asked is what a sidecar and a
gateway send to each port: TLS, names and authorities.
"""

from typing import Any

from clause_effects import Clause, Example, Kind, Said, read
from gateway_api_answers import client, entries, manifest, namespace
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.validation.gateway_api.backends import check as faults

DEAD = {
    "backend-tls-policy/target-not-found", "backend-tls-policy/target-of-another-policy",
    "backend-tls-policy/authority-not-read",
}  # fmt: skip
PORTS = [{"name": "https", "port": 443}, {"name": "web", "port": 80}]
ENTRY = {
    "hosts": ["api.example.org", "www.example.org"], "location": "MESH_EXTERNAL", "resolution": "DNS",
    "ports": [{"name": "https", "number": 443, "protocol": "TLS"}, {"name": "web", "number": 80, "protocol": "HTTP"}],
}  # fmt: skip


def config_map(name: str, key: str) -> Any:
    metadata = {"name": name, "namespace": "shop"}
    return read(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {key: "text"}}
    )


GROUND = (
    namespace("shop"), client("shop/pages"),
    pods("shop/vault", {"app": "vault", "sidecar.istio.io/inject": "false"}),
    thing("Service", "shop/vault", {"selector": {"app": "vault"}, "ports": PORTS}, group="v1"),
    thing("ServiceEntry", "shop/outside", ENTRY),
    *(config_map(name, key) for name, key in (("ca", "ca.crt"), ("other", "ca.crt"), ("empty", "key"))),
)  # fmt: skip


def setting_of(up: Any) -> Any:
    return up.setting.tls.data if up.setting.tls is not None else None


def answers(one: Mesh) -> Any:
    """What each kind of client sends to each port, with all settings for it."""
    return {
        (proxy, up.host.host, up.port.number): (up.tls, up.sni, up.cause, setting_of(up))
        for proxy in (ClientKind.SIDECAR, ClientKind.GATEWAY)
        for sent in one.security.mtls.connections(Client("shop/pages", "shop", proxy))
        for up in [sent.upstream]
    }


KIND = Kind(GROUND, answers, ("backend_tls_policy",))

TARGETS = (
    ("", "Service", "vault"), ("", "Service", "vault"), ("", "Service", "gone"),
    ("networking.istio.io", "ServiceEntry", "outside"), ("", "Secret", "vault"),
)  # fmt: skip
targets = strategies.builds(
    lambda named, section: {
        **dict(zip(("group", "kind", "name"), named, strict=True)),
        **({"sectionName": section} if section else {}),
    },
    strategies.sampled_from(TARGETS),
    strategies.sampled_from([None, None, "https", "web", "443"]),
)
authorities = strategies.lists(
    strategies.sampled_from(["ca", "other", "empty", "gone"]).map(
        lambda name: {"group": "", "kind": "ConfigMap", "name": name}
    ),
    min_size=1, max_size=2, unique_by=str,
)  # fmt: skip
names = strategies.lists(
    strategies.sampled_from([
        {"type": "Hostname", "hostname": "a.test"}, {"type": "URI", "uri": "spiffe://a/b"},
    ]),
    max_size=2, unique_by=str,
)  # fmt: skip


@strategies.composite
def policies(draw: Any, number: int) -> Any:
    validation: dict[str, Any] = {"hostname": f"p{number}.test"}
    if draw(strategies.booleans()):
        validation["caCertificateRefs"] = draw(authorities)
    else:
        validation["wellKnownCACertificates"] = "System"
    several = draw(names)
    validation |= {"subjectAltNames": several} if several else {}
    refs = draw(strategies.lists(targets, min_size=1, max_size=3))
    spec = {"targetRefs": refs, "validation": validation}
    return manifest("BackendTLSPolicy", "shop", f"p{number}", spec, number)


def several(most: int) -> Any:
    numbers = strategies.integers(1, most)
    legal = [
        policies(number).filter(lambda one: not any(faults(one["spec"]))) for number in range(most)
    ]
    return numbers.flatmap(lambda size: strategies.tuples(*legal[:size]))


def clauses(manifests: Any) -> list[Clause]:
    """Whole policies; targets, authorities and names of each, as far as others are left."""
    lists = (
        ("targetRefs",),
        ("validation", "caCertificateRefs"),
        ("validation", "subjectAltNames"),
    )
    found = [Clause(number) for number in range(len(manifests))]
    return found + [
        Clause(number, path)
        for one in lists
        for number, path, count in entries(manifests, "spec", *one)
        if count > 1 or one[-1] == "subjectAltNames"
    ]


def is_dead(one: Example, number: int) -> bool:
    """Is something said of all targets of a policy, so that the rest does nothing?"""
    told = [said.clause.path for said in one.said if said.clause.number == number]
    count = len(one.manifests[number]["spec"]["targetRefs"])
    return all(any(path[1:3] == ("targetRefs", at) for path in told) for at in range(count))


@settings(max_examples=200)
@given(several(2))
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    one = Example(KIND, manifests)
    every = clauses(manifests)
    for clause in every:
        if not one.is_complained_about(clause) and not is_dead(one, clause.number):
            assert one.differs(clause) or one.has_twin(clause, every)


def dead_part(one: Example, said: Said) -> Clause:
    """The entry that a finding is about, or the whole policy with its only target."""
    number, path = said.clause
    if path[1] == "validation":
        return Clause(number, path[:4])
    is_only = len(one.value(Clause(number, path[:2]))) == 1
    return Clause(number) if is_only else Clause(number, path[:3])


@settings(max_examples=200)
@given(several(3))
def test_what_is_called_dead_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule in DEAD:
            assert not one.differs(dead_part(one, said))
