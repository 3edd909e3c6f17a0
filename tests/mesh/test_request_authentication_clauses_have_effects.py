"""A token rule that nothing is said of changes who is let in, and a policy that is said to reach nobody doesn't.

Random RequestAuthentications of three namespaces with sidecars, pods outside the mesh and pods in ambient mode, behind
AuthorizationPolicies that ask for tokens. What is asked is the answer to requests with tokens of several issuers.
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind, some_of
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.workloads import Membership

ROOT = "istio-system"
INJECTED = {"sidecar.istio.io/inject": "true"}
WEB = {"tier": "web"}
ISSUERS = ("https://one.example.org", "https://two.example.org")
AUDIENCES = ("a", "b", "c", "d")
TOKENS = (
    None,
    *({"iss": issuer, "sub": "me", "aud": to} for issuer in ISSUERS for to in AUDIENCES),
)
ARRIVALS = [Arrival(8080, http=HttpRequest("tea", claims=token)) for token in TOKENS]
PICKED = (
    None, {"app": "tea"}, {"app": "milk"}, {"app": "hub"}, {"app": "bare"}, {"app": "leaf"},
    {"app": "nobody"}, WEB,
)  # fmt: skip
REACHING_NOBODY = {
    "request-authentication/selects-no-workload",
    "policy/selector-ignored-by-waypoint",
}


def pod(name: str, **labels: str) -> Any:
    return pods(name, {"app": name.rpartition("/")[2], **labels})


def namespace(name: str, **labels: str) -> Any:
    return thing("Namespace", f"/{name}", None, group="v1", labels=labels)


ASKED = {"rules": [{"from": [{"source": {"requestPrincipals": ["*"]}}]}]}
GROUND = (
    namespace(ROOT), namespace("shop"), namespace("calm", **{"istio.io/dataplane-mode": "ambient"}),
    pod("shop/tea", **INJECTED, **WEB), pod("shop/milk", **INJECTED, **WEB), pod("shop/bare", **WEB),
    pod("shop/pages", **INJECTED), pod("calm/leaf", **WEB), pod("calm/stem"),
    pod("istio-system/hub", **INJECTED),
    thing("AuthorizationPolicy", "istio-system/all", ASKED, group="security.istio.io/v1"),
)  # fmt: skip


def answers(one: Mesh) -> list[Any]:
    """What the sidecar of each workload answers to each request."""
    return [
        (workload.key_name, verdict.is_allowed, verdict.code)
        for workload in one.workloads
        if one.workloads.membership(workload) is Membership.SIDECAR
        for verdict in (one.decisions.decide(workload, arrival) for arrival in ARRIVALS)
    ]


KIND = Kind(GROUND, answers, ("request_authentication", "policy"))


@strategies.composite
def token_rules(draw: Any) -> dict[str, Any]:
    issuer = draw(strategies.sampled_from(ISSUERS))
    audiences = draw(strategies.sampled_from([None, None, ["a"], ["a", "b"], ["c"]]))
    wanted = {"audiences": audiences} if audiences else {}
    return {"issuer": issuer, "jwksUri": f"{issuer}/keys", **wanted}


@strategies.composite
def policies(draw: Any, number: int) -> Any:
    labels = draw(strategies.sampled_from(PICKED))
    spec: dict[str, Any] = {"selector": {"matchLabels": labels}} if labels else {}
    spec["jwtRules"] = draw(strategies.lists(token_rules(), min_size=1, max_size=2))
    home = draw(strategies.sampled_from([ROOT, "shop", "shop", "calm"]))
    metadata = {"name": f"r{number}", "namespace": home}
    group = "security.istio.io/v1"
    return {
        "apiVersion": group,
        "kind": "RequestAuthentication",
        "metadata": metadata,
        "spec": spec,
    }


def rules_of(manifests: Any) -> Iterator[Clause]:
    for number, one in enumerate(manifests):
        for at in range(len(one["spec"]["jwtRules"])):
            yield Clause(number, ("spec", "jwtRules", at))


def is_met_by_others(one: Example, clause: Clause) -> bool:
    """Is it what another rule says, or is there one for the same issuer by other labels, or elsewhere?

    Pods may come that only one of the two is for.
    """
    judged, own = one.value(clause), one.manifests[clause.number]["spec"].get("selector")
    for other in rules_of(one.manifests):
        rule, picks = one.value(other), one.manifests[other.number]["spec"].get("selector")
        if other != clause and rule["issuer"] == judged["issuer"]:
            homes = {
                one.manifests[each.number]["metadata"]["namespace"] for each in (clause, other)
            }
            if rule == judged or picks not in (None, own) or len(homes) > 1:
                return True
    return False


@settings(max_examples=100)
@given(some_of(policies, 3))
def test_a_policy_that_is_said_to_reach_nobody_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule in REACHING_NOBODY:
            assert not one.differs(Clause(said.clause.number))


@settings(max_examples=100)
@given(some_of(policies, 2))
def test_a_token_rule_that_nothing_is_said_of_has_an_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for clause in rules_of(manifests):
        if not (one.is_complained_about(clause) or is_met_by_others(one, clause)):
            assert one.differs(clause)


@settings(max_examples=100)
@given(some_of(policies, 2))
def test_audiences_that_are_said_to_keep_nobody_out_do_not(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule == "request-authentication/audiences-not-required":
            assert not one.differs(Clause(said.clause.number, said.clause.path[:3]))
            assert "any audience" not in said.finding.message or not one.differs(said.clause)
