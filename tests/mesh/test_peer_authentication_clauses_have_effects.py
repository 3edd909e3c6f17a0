"""A mode that is called ignored changes nothing, and one that nothing is said of has an effect.

Random PeerAuthentications for three namespaces with sidecars, a headless Service, a gateway, pods outside the mesh
and pods in ambient mode. What is asked is what each pod takes on each port, and what each client sends.
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind, some_of
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.resources import PeerAuthentication, Workload

ROOT = "istio-system"
MODES = ("STRICT", "PERMISSIVE", "DISABLE")
OTHERS = tuple({"mode": mode} for mode in MODES)
LISTENING = (7000, 8080, 9000)
"""The ports on which containers may listen, beside those that they list: one of them is listed nowhere."""
INJECTED = {"sidecar.istio.io/inject": "true"}
WEB = {"tier": "web"}
PICKED = (
    None, {"app": "tea"}, {"app": "milk"}, {"app": "leaf"}, {"app": "hub"}, {"app": "bare"},
    {"app": "door"}, {"app": "nobody"}, WEB,
)  # fmt: skip
IGNORED = {
    "peer-authentication/port-level-on-service-port", "peer-authentication/port-mode-in-ambient-mode",
    "peer-authentication/second-policy-ignored", "peer-authentication/selector-in-root-namespace",
    "peer-authentication/selects-no-workload",
}  # fmt: skip


def namespace(name: str, **labels: str) -> Any:
    return thing("Namespace", f"/{name}", None, group="v1", labels=labels)


def pod(name: str, *ports: int, **labels: str) -> Any:
    own = name.rpartition("/")[2]
    container = {"name": own, "ports": [{"containerPort": port} for port in ports]}
    return pods(name, {"app": own, **labels}, containers=[container])


def service(name: str, **spec: Any) -> Any:
    own = name.rpartition("/")[2]
    several = [
        {"name": "http", "port": 80, "targetPort": 8080}, {"name": "tcp-b", "port": 9000}
    ]  # fmt: skip
    return thing("Service", name, {"selector": {"app": own}, "ports": several, **spec}, group="v1")


GROUND = (
    namespace(ROOT), namespace("shop"), namespace("calm", **{"istio.io/dataplane-mode": "ambient"}),
    pod("shop/tea", **INJECTED, **WEB), pod("shop/milk", 80, **INJECTED, **WEB),
    pod("shop/pages", **INJECTED), pod("shop/bare", **WEB), pod("calm/leaf", **WEB), pod("calm/stem"),
    pod("istio-system/hub", **INJECTED, **WEB),
    pods("shop/door", {"app": "door"}, containers=[{"name": "istio-proxy"}]),
    service("shop/tea"), service("shop/milk", clusterIP="None"), service("shop/bare"),
    service("calm/leaf"), service("istio-system/hub"),
)  # fmt: skip


def answers(one: Mesh) -> dict[str, list[Any]]:
    """What each workload takes, and what it is sent, by its name."""
    mtls = one.security.mtls
    found: dict[str, list[Any]] = {
        workload.key_name: [mtls.server(workload, port).mode for port in listening(workload)]
        for workload in one.workloads
    }
    for workload in one.workloads:
        for sent in mtls.connections(mtls.client(workload)):
            up = sent.upstream
            to = sent.server.workload.key_name if sent.server else up.host.host
            line = workload.key_name, up.host.host, up.port.number, sent.mode, sent.result
            found.setdefault(to, []).append(line)
    return found


def listening(workload: Workload) -> list[int]:
    listed = [port.data["containerPort"] for one in workload.containers for port in one.ports]
    return [*LISTENING, *listed]


KIND = Kind(GROUND, answers, ("peer_authentication",))


@strategies.composite
def policies(draw: Any, number: int) -> Any:
    home = draw(strategies.sampled_from([ROOT, "shop", "calm"]))
    mode = draw(strategies.sampled_from([*MODES, "UNSET", None]))
    spec: dict[str, Any] = {"mtls": {"mode": mode}} if mode else {}
    labels = draw(strategies.sampled_from(PICKED))
    if labels:
        spec["selector"] = {"matchLabels": labels}
        modes = strategies.sampled_from([*MODES, "UNSET"]).map(lambda one: {"mode": one})
        ports = strategies.sampled_from(["80", "7000", "8080", "9000"])
        entries = draw(strategies.dictionaries(ports, modes, max_size=2))
        spec |= {"portLevelMtls": entries} if entries else {}
    age = f"2026-01-01T00:00:{number:02}Z"
    metadata = {"name": f"p{number}", "namespace": home, "creationTimestamp": age}
    group = "security.istio.io/v1"
    return {"apiVersion": group, "kind": "PeerAuthentication", "metadata": metadata, "spec": spec}


def modes(manifests: Any) -> list[Clause]:
    """The modes of policies, and those of ports."""
    whole = [Clause(number, ("spec", "mtls")) for number in range(len(manifests))]
    return whole + [
        Clause(number, ("spec", "portLevelMtls", port))
        for number, one in enumerate(manifests)
        for port in one["spec"].get("portLevelMtls", {})
    ]


def ignored(one: Example) -> Iterator[tuple[Clause, set[str]]]:
    """The clauses that are called ignored, with the names of the workloads for which they are."""
    for said in one.said:
        if said.rule in IGNORED:
            words = said.finding.message.replace(":", " ").replace(";", " ").split()
            yield said.part, one.answers.keys() & words or set(one.answers)


@settings(max_examples=100)
@given(some_of(policies, 3))
def test_a_mode_that_is_called_ignored_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for clause, names in ignored(one):
        for other in (None, *OTHERS) if clause.path else (None,):
            found = one.with_(clause, other).answers
            assert {name: one.answers[name] for name in names} == {
                name: found[name] for name in names
            }


@settings(max_examples=100)
@given(some_of(policies, 3))
def test_a_mode_that_is_said_to_act_as_permissive_does(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule == "peer-authentication/disable-in-ambient-mode":
            assert one.answers == one.with_(said.clause, "PERMISSIVE").answers


def is_open_anyway(one: Example, clause: Clause) -> bool:
    """Does ztunnel take plaintext on an open port, whether that is written or not?"""
    policy = one.objects[clause.number]
    assert isinstance(policy, PeerAuthentication)
    port = int(clause.path[2]) if clause.path[1] == "portLevelMtls" else 0
    if policy.namespace != "calm" or policy.port_modes.get(port, "STRICT") == "STRICT":
        return False
    (leaf,) = one.mesh.workloads.find({"app": "leaf"})
    return one.mesh.ambient.demand(leaf, port).mode is Mode.PERMISSIVE


@settings(max_examples=100)
@given(some_of(policies, 3))
def test_a_mode_that_nothing_is_said_of_has_an_effect(manifests) -> None:
    """Below STRICT of the mesh, ztunnel reads no port of a policy that is open as a whole."""
    one = Example(KIND, manifests)
    for clause in modes(manifests):
        if not is_open_anyway(one, clause):
            assert one.is_complained_about(clause) or one.differs(clause, *OTHERS)
