"""What a change is told: refused for what contradicts, warned for what is missing, else nothing."""

from datetime import date

import pytest
from small_mesh import SHOP, asked, gate, objects, resource, snapshot

from meshctl.gate.policy import Mode, Outcome
from meshctl.gate.review import Answer
from meshctl.settings import IgnoreEntry, Ownership, Settings, Team

TWIN = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart-again, namespace: shop}
spec:
  host: cart.shop.svc.cluster.local
  trafficPolicy: {connectionPool: {http: {http1MaxPendingRequests: 5}}}
"""
LOST = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: lost, namespace: shop}
spec:
  hosts: [lost.example.com]
  gateways: [door]
  http: [{route: [{destination: {host: nowhere}}]}]
"""
PLAINTEXT = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  trafficPolicy: {tls: {mode: DISABLE}}
"""
STRICT = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
"""
RULE = objects(SHOP)[-1]


def test_what_is_right_passes_without_a_word() -> None:
    decision = gate(snapshot(SHOP)).decide(asked(STRICT))
    assert (Answer(allowed=True), Outcome.ALLOWED) == (decision.answer, decision.outcome)


def test_a_contradiction_is_refused_with_the_other_object_by_name() -> None:
    decision = gate(snapshot(SHOP)).decide(asked(TWIN))
    assert not decision.answer.allowed
    assert "destination-rule/duplicate-host: " in decision.answer.message
    assert "shop/cart" in decision.answer.message
    assert {"findings": "destination-rule/duplicate-host"} == decision.answer.annotations


def test_the_same_only_warns_unless_it_is_enforced() -> None:
    decision = gate(snapshot(SHOP), Mode.WARN).decide(asked(TWIN))
    assert (True, Outcome.WARNED) == (decision.answer.allowed, decision.outcome)
    assert any(
        one.startswith("destination-rule/duplicate-host: ") for one in decision.answer.warnings
    )


def test_an_audit_leaves_a_trace_alone() -> None:
    answer = gate(snapshot(SHOP), Mode.AUDIT).decide(asked(TWIN)).answer
    expected = Answer(allowed=True, annotations={"findings": "destination-rule/duplicate-host"})
    assert expected == answer


def test_what_is_missing_only_warns() -> None:
    """A directory is applied object by object: what isn't there comes a second later."""
    decision = gate(snapshot(SHOP)).decide(asked(LOST))
    assert decision.answer.allowed
    told = {one.partition(":")[0] for one in decision.answer.warnings}
    assert {
        "virtual-service/gateway-not-found",
        "virtual-service/destination-host-not-found",
    } <= told


def test_one_change_in_another_place_is_found_there() -> None:
    """The policy contradicts the rule of a client, which stands in another object."""
    decision = gate(snapshot(SHOP.replace(_yaml_of_rule(), PLAINTEXT))).decide(asked(STRICT))
    assert not decision.answer.allowed
    assert "destination-rule/plaintext-to-strict-workload: DestinationRule shop/cart" in (
        decision.answer.message
    )


def test_nothing_is_told_of_objects_elsewhere_but_their_names() -> None:
    rule = PLAINTEXT.replace("namespace: shop", "namespace: bank").replace(
        "host: cart", "host: cart.shop.svc.cluster.local"
    )
    clients = next(one for one in SHOP.split("---") if "kind: Deployment" in one)
    there = clients.replace("namespace: shop", "namespace: bank").replace("cart", "teller")
    message = gate(snapshot(SHOP, rule, there)).decide(asked(STRICT)).answer.message
    line = next(line for line in message.splitlines() if "bank/cart" in line)
    assert (
        "destination-rule/plaintext-to-strict-workload: DestinationRule bank/cart: A "
        "DestinationRule sends plaintext to workloads that demand mutual TLS."
    ) == line


def test_what_was_there_already_is_not_told_again() -> None:
    state = snapshot(SHOP, TWIN, LOST)
    better = LOST.replace("host: nowhere", "host: cart").replace("[door]", "[other-door]")
    decision = gate(state).decide(asked(better, LOST))
    assert decision.answer.allowed
    assert [one.found.rule for one in decision.added] == ["virtual-service/gateway-not-found"]


def test_deleting_what_others_use_warns() -> None:
    service = next(one for one in SHOP.split("---") if "kind: Service\n" in one)
    decision = gate(snapshot(SHOP)).decide(asked(None, service))
    assert decision.answer.allowed
    assert any(
        one.startswith("virtual-service/destination-host-not-found: VirtualService shop/cart")
        for one in decision.answer.warnings
    )


def test_deleting_is_never_refused() -> None:
    for text in SHOP.split("---"):
        assert gate(snapshot(SHOP, TWIN)).decide(asked(None, text)).answer.allowed


@pytest.mark.parametrize(
    ("label", "allowed", "outcome"),
    [
        ("enforce", False, Outcome.REFUSED),
        ("warn", True, Outcome.WARNED),
        ("audit", True, Outcome.ALLOWED),
        ("ignore", True, Outcome.SKIPPED),
        ("nonsense", False, Outcome.REFUSED),
    ],
)
def test_a_namespace_chooses_its_mode(label: str, allowed: bool, outcome: Outcome) -> None:
    state = snapshot(SHOP.replace("enabled}", f"enabled, meshctl.io/admission: {label}}}", 1))
    decision = gate(state).decide(asked(TWIN))
    assert (allowed, outcome) == (decision.answer.allowed, decision.outcome)


def test_an_accepted_finding_is_not_told() -> None:
    entry = IgnoreEntry(("destination-rule/duplicate-host",), (), ("shop",), "known")
    settings = Settings(ignores=(entry,))
    assert gate(snapshot(SHOP), settings=settings).decide(asked(TWIN)).answer.allowed
    gone = settings._replace(ignores=(entry._replace(expires=date(2020, 1, 1)),))
    assert not gate(snapshot(SHOP), settings=gone).decide(asked(TWIN)).answer.allowed


def test_an_annotation_of_the_object_accepts_a_finding() -> None:
    marked = TWIN.replace(
        "namespace: shop}",
        "namespace: shop, annotations: {meshctl.io/ignore: destination-rule/duplicate-host}}",
    )
    assert gate(snapshot(SHOP)).decide(asked(marked)).answer.allowed


def test_nothing_is_refused_where_nothing_fails() -> None:
    assert gate(snapshot(SHOP), fail_on="never").decide(asked(TWIN)).answer.allowed


def test_the_books_of_tools_are_nobodys_business() -> None:
    noted = TWIN.replace("namespace: shop", "namespace: shop, annotations: {KEY: applied}", 1)
    state = snapshot(SHOP, TWIN)
    for key, outcome in (
        ("argocd.argoproj.io/tracking-id", Outcome.SKIPPED),
        ("deployment.kubernetes.io/revision", Outcome.SKIPPED),
        ("sidecar.istio.io/inject", Outcome.WARNED),
    ):
        assert gate(state).decide(asked(noted.replace("KEY", key), TWIN)).outcome is outcome, key


def test_what_an_object_was_tied_to_is_looked_at_when_it_turns_away() -> None:
    subset = "subsets: [{name: v1, labels: {version: v1}}]"
    rule = _yaml_of_rule().replace("spec:", f"spec:\n  {subset}")
    route = "kind: VirtualService\nmetadata: {name: cart, namespace: shop}"
    used = SHOP.replace(_yaml_of_rule(), rule).replace(
        "host: cart, port", "host: cart, subset: v1, port"
    )
    assert route in used
    decision = gate(snapshot(used)).decide(asked(rule.replace("host: cart", "host: till"), rule))
    assert "virtual-service/destination-subset-not-found" in {
        one.found.rule for one in decision.added
    }


def test_pods_that_go_leave_those_that_nearly_match() -> None:
    home, _, service, pods, *_ = SHOP.split("---")
    labels = "{tier: checkout, zone: a}"
    service = service.replace("{app: cart}", labels)
    first = pods.replace("{app: cart, version: v1}", labels).replace("{app: cart}", labels)
    others = first.replace("checkout", "chekcout").replace("name: cart", "name: others")
    known = [
        first.replace("tier: checkout", f"app: other-{number}").replace(
            "name: cart", f"name: a{number}"
        )
        for number in range(4)
    ]
    state = snapshot(home, *known, service, first, others)
    decision = gate(state, Mode.WARN).decide(asked(None, first))
    assert "service/selector-misses-pods" in {one.found.rule for one in decision.added}


def test_a_status_is_nobodys_business() -> None:
    state = snapshot(SHOP, TWIN)
    same = TWIN.replace("namespace: shop}", "namespace: shop, resourceVersion: '12'}")
    decision = gate(state).decide(asked(same + "status: {observedGeneration: 2}\n", TWIN))
    assert (Outcome.SKIPPED, "nothing changes that the mesh is made of") == (
        decision.outcome,
        decision.reason,
    )


def test_controllers_shift_weights_undisturbed() -> None:
    split = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: split, namespace: shop}
spec:
  hosts: [nowhere]
  http: [{route: [{destination: {host: nowhere}, weight: 90}, {destination: {host: gone}, weight: 10}]}]
"""
    moved = split.replace("weight: 90", "weight: 80").replace("weight: 10", "weight: 20")
    controller = "system:serviceaccount:rollouts:argo-rollouts"
    judge = gate(snapshot(SHOP, split))
    assert judge.decide(asked(moved, split, user=controller)).outcome is Outcome.SKIPPED
    assert judge.decide(asked(moved, split)).outcome is not Outcome.SKIPPED
    elsewhere = moved.replace("host: gone", "host: away")
    assert judge.decide(asked(elsewhere, split, user=controller)).outcome is not Outcome.SKIPPED


def test_warnings_keep_to_what_an_api_server_passes_on() -> None:
    long = ".".join(letter * 60 for letter in "abcd")
    routes = ", ".join(f"{{route: [{{destination: {{host: h{n}.{long}}}}}]}}" for n in range(40))
    text = LOST.replace("{route: [{destination: {host: nowhere}}]}", routes)
    warnings = (
        gate(snapshot(SHOP)).decide(asked(text.replace("gateways: [door]", ""))).answer.warnings
    )
    assert (10, 256) == (len(warnings), max(map(len, warnings)))
    assert all(one.isprintable() for one in warnings)
    assert warnings[-1].endswith("more: meshctl analyze --cluster")


def test_too_many_ties_are_allowed_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshctl.gate.decision.MOST", 3)
    decision = gate(snapshot(SHOP)).decide(asked(TWIN))
    assert (True, Outcome.UNCHECKED) == (decision.answer.allowed, decision.outcome)
    assert decision.answer.warnings[0].startswith("meshctl: not fully checked")


def test_settings_of_the_mesh_are_left_to_the_audit() -> None:
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n"
    assert gate(snapshot(SHOP)).decide(asked(settings)).outcome is Outcome.UNCHECKED


def test_a_review_changes_nothing() -> None:
    state = snapshot(SHOP)
    before = state.version, set(state)
    gate(state).decide(asked(TWIN))
    gate(state).decide(asked(None, next(iter(SHOP.split("---")))))
    assert before == (state.version, set(state))


def test_secrets_are_never_kept() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: shop}\ndata: {a: c2VjcmV0}\n"
    read = gate(snapshot(SHOP)).resource(objects(text)[0], "shop")
    assert "c2VjcmV0" not in repr(read.document.data)
    assert resource(objects(SHOP)[0]).kind == "Namespace"


def _yaml_of_rule() -> str:
    return SHOP.split("---")[-1]


ELSEWHERE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: lost, namespace: shop}
spec:
  hosts: [lost.example.com]
  gateways: [bank/door]
  http: [{route: [{destination: {host: cart}}]}]
"""


def test_what_teams_own_counts_where_there_are_teams() -> None:
    """Rules of teams need nothing of the mesh but the config file."""
    shop = Team("shop", namespaces=("shop",), gateways=())
    settings = Settings(ownership=Ownership(teams=(shop,)))
    gates = [gate(snapshot(SHOP), settings=one) for one in (settings, Settings())]
    found = [{one.found.rule for one in each.decide(asked(ELSEWHERE)).added} for each in gates]
    assert [True, False] == ["resource/gateway-of-another-team" in rules for rules in found]
