"""Which webhook takes a pod, and what the injector makes of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.errors import UsageError
from meshctl.inspect import shown
from meshctl.inspect.injection.explanation import answer, is_conflict
from meshctl.mesh import Mesh
from meshctl.mesh.injection.explain import MOST_OTHERS, WebhookMatches, default_webhooks
from meshctl.mesh.workloads.membership import Membership
from meshctl.output.injection.write import sentence, tables
from meshctl.resources import Ref
from meshctl.settings import Settings
from meshctl.sources.documents import Document

INJECT = "sidecar.istio.io/inject"


def named(kind: str, name: str, namespace: str = "", **more: Any) -> dict[str, Any]:
    versions = {
        "Deployment": "apps/v1",
        "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    }
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    metadata |= more.pop("metadata", {})
    return {"apiVersion": versions.get(kind, "v1"), "kind": kind, "metadata": metadata, **more}


def namespace(**labels: str) -> dict[str, Any]:
    given = {key.replace("_", "-").replace("rev", "istio.io/rev"): v for key, v in labels.items()}
    return named("Namespace", "shop", metadata={"labels": given})


def workload(
    labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    metadata = {"labels": {"app": "cart", **(labels or {})}, "annotations": annotations or {}}
    template = {"metadata": metadata, "spec": {"containers": [{"name": "main"}], **spec}}
    return named("Deployment", "cart", "shop", spec={"template": template})


def webhooks(name: str, namespaces: dict[str, str], revision: str = "default") -> dict[str, Any]:
    entry = {
        "name": "x.sidecar-injector.istio.io",
        "namespaceSelector": {"matchLabels": namespaces},
        "objectSelector": {
            "matchExpressions": [{"key": INJECT, "operator": "NotIn", "values": ["false"]}]
        },
    }
    labels = {"istio.io/rev": revision}
    kind = "MutatingWebhookConfiguration"
    return named(kind, name, metadata={"labels": labels}, webhooks=[entry])


def settings(config: str) -> dict[str, Any]:
    return named("ConfigMap", "istio-sidecar-injector", "istio-system", data={"config": config})


def mesh_of(*objects: dict[str, Any], whole: bool = False) -> Mesh:
    documents = [Document(f"{n}.yaml", 1, "", data) for n, data in enumerate(objects)]
    return Mesh(tuple(unwrap(documents, "default")), is_whole=whole)


def judged(*objects: dict[str, Any], whole: bool = False) -> dict[str, Any]:
    (form,) = answer(
        mesh_of(*objects, whole=whole), "cart.shop", "default", Settings(shown_labels="")
    )
    return form


ON = {"istio-injection": "enabled"}
USUAL = webhooks("usual", ON)


@pytest.mark.parametrize(
    ("asked", "pod", "verdict", "reason"),
    [
        (ON, workload(), "injected", "the namespace label istio-injection=enabled matches"),
        (ON, workload({INJECT: "false"}), "not-injected", f"the pod's label {INJECT}=false"),
        (ON, workload(None, {INJECT: "false"}), "not-injected", f"annotation {INJECT}=false"),
        (ON, workload(hostNetwork=True), "not-injected", "hostNetwork"),
        (
            {"istio-injection": "disabled"},
            workload({INJECT: "true"}),
            "not-injected",
            "the namespace label istio-injection=disabled prevents it",
        ),
        ({}, workload(), "not-injected", "no label asks for it: istio-injection=enabled"),
    ],
)
def test_the_reason_is_the_label_that_decides(
    asked: dict[str, str], pod: dict[str, Any], verdict: str, reason: str
) -> None:
    home = named("Namespace", "shop", metadata={"labels": asked})
    form = judged(home, pod, USUAL)
    assert verdict == form.verdict
    assert reason in form.reason


def test_a_revision_has_a_webhook_of_its_own() -> None:
    canary = webhooks("canary", {"istio.io/rev": "canary"}, "canary")
    form = judged(namespace(rev="canary"), workload(), USUAL, canary)
    assert [("canary", True), ("usual", False)] == [
        (one.name, one.injects) for one in form.webhooks
    ]
    assert "will be injected by canary (revision canary): the namespace" in sentence(form)


def test_several_webhooks_are_an_error() -> None:
    form = judged(namespace(istio_injection="enabled"), workload(), USUAL, webhooks("more", ON))
    assert "several" == form.verdict
    assert is_conflict(form)
    assert "more, usual" in sentence(form)


def test_of_many_webhooks_the_one_that_takes_the_pod_is_told_and_some_others() -> None:
    many = [webhooks(f"w-{n}", {"istio.io/rev": f"r-{n}"}, f"r-{n}") for n in range(50)]
    form = judged(namespace(rev="r-49"), workload(), *many)
    assert ["w-49"] == [one.name for one in form.webhooks if one.injects]
    assert 1 + MOST_OTHERS == len(form.webhooks)
    assert "29 more webhook configurations don't take its pods either" in form.notes


def test_a_deactivated_webhook_matches_nothing() -> None:
    off = webhooks("off", {"istio.io/deactivated": "never-match"})
    form = judged(namespace(istio_injection="enabled"), workload(), off)
    assert "not-injected" == form.verdict
    ((columns, rows),) = tables([form], is_one=True)
    assert ("webhook", "revision", "injects", "why") == columns
    assert [("off", "default", "no", "it is deactivated: its selectors match nothing")] == rows


def test_the_injector_has_the_last_word() -> None:
    never = settings("neverInjectSelector:\n- matchLabels: {app: cart}\n")
    form = judged(namespace(istio_injection="enabled"), workload(), USUAL, never)
    assert ("not-injected", "the injector's neverInjectSelector picks the pod") == (
        form.verdict, form.reason,
    )  # fmt: skip


def test_a_pod_that_asks_is_not_asked_for_by_selectors() -> None:
    never = settings("neverInjectSelector:\n- matchLabels: {app: cart}\n")
    asking = workload({INJECT: "true"})
    assert "injected" == judged(namespace(istio_injection="enabled"), asking, USUAL, never).verdict


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        ("policy: enabled", "injected"),
        ("policy: disabled", "not-injected"),
        ("policy: disabled\nalwaysInjectSelector:\n- matchLabels: {app: cart}", "injected"),
        ("{unreadable", "injected"),
    ],
)
def test_the_policy_decides_where_the_pod_says_nothing(config: str, verdict: str) -> None:
    form = judged(namespace(istio_injection="enabled"), workload(), USUAL, settings(config))
    assert verdict == form.verdict


def test_an_unknown_word_leaves_it_to_the_policy() -> None:
    form = judged(namespace(istio_injection="enabled"), workload({INJECT: "yes"}), USUAL)
    assert "injected" == form.verdict
    assert any("neither true nor false" in note for note in form.notes)


def test_without_webhooks_those_of_istio_are_assumed() -> None:
    form = judged(namespace(rev="canary"), workload())
    assert ("injected", True) == (form.verdict, form.webhooks_assumed)
    assert any("shows no injection webhook" in note for note in form.notes)


def test_without_its_namespace_a_pod_that_says_nothing_is_unknown() -> None:
    form = judged(workload())
    assert "unknown" == form.verdict
    assert "no Namespace shop" in form.reason
    assert [] == [*tables([form], is_one=True)]
    assert "not-injected" == judged(workload(), whole=True).verdict
    assert "unknown" == judged(workload(), webhooks("x", {"istio.io/rev": "x"}, "x")).verdict
    assert "not-injected" == judged(workload({INJECT: "false"})).verdict
    asking = judged(workload({INJECT: "true"}))
    assert "injected" == asking.verdict
    assert any("may say istio-injection=disabled" in note for note in asking.notes)


def test_ambient_mode_is_said() -> None:
    labels = {"istio.io/dataplane-mode": "ambient"}
    form = judged(named("Namespace", "shop", metadata={"labels": labels}), workload())
    assert any("ztunnel" in note for note in form.notes)


def test_a_running_pod_may_be_older_than_the_label() -> None:
    pod = named("Pod", "cart", "shop", spec={"containers": [{"name": "main"}]}, status={"x": 1})
    form = judged(namespace(istio_injection="enabled"), pod, USUAL)
    assert "injected" == form.verdict
    assert any("restart them" in note for note in form.notes)


def test_all_workloads_with_some_labels() -> None:
    mesh = mesh_of(namespace(istio_injection="enabled"), workload(), USUAL)
    expected = ("Deployment shop/cart", "injected", "usual")
    ((_, rows),) = tables(
        answer(mesh, None, "default", Settings(shown_labels="app=cart")), is_one=False
    )
    assert [expected] == [row[:3] for row in rows]
    assert [] == answer(mesh, None, "default", Settings(shown_labels="app!=cart"))
    assert [] == answer(mesh, None, "default", Settings(shown_labels="!app"))
    with pytest.raises(UsageError, match="key=value"):
        answer(mesh, None, "default", Settings(shown_labels="app in cart"))


def test_a_name_and_a_selector_are_too_much() -> None:
    with pytest.raises(UsageError, match="give one of them"):
        answer(mesh_of(workload()), "cart.shop", "default", Settings(shown_labels="app=cart"))


def test_an_unknown_name_lists_near_ones() -> None:
    with pytest.raises(UsageError, match=r"did you mean cart\.shop\?"):
        answer(mesh_of(workload()), "crt", "default", Settings(shown_labels=""))


LABELS = st.fixed_dictionaries(
    {},
    optional={
        "istio-injection": st.sampled_from(["enabled", "disabled"]),
        "istio.io/rev": st.sampled_from(["default", "canary"]),
    },
)
POD = st.fixed_dictionaries(
    {},
    optional={
        INJECT: st.sampled_from(["true", "false"]),
        "istio.io/rev": st.sampled_from(["default", "canary"]),
    },
)


@given(home=LABELS, pod=POD)
def test_the_mesh_and_the_webhooks_of_istio_agree(
    home: dict[str, str], pod: dict[str, str]
) -> None:
    """Both ways to ask have one answer, and two webhooks never take one pod."""
    found = WebhookMatches(default_webhooks(["default", "canary"])).of(home, pod)
    taken = [one for one in found if one.webhook is not None]
    assert len(taken) <= 1
    objects = named("Namespace", "shop", metadata={"labels": home}), workload(pod)
    mesh = mesh_of(*objects)
    (cart,) = mesh.workloads
    assert bool(taken) == (mesh.workloads.membership(cart) is Membership.SIDECAR)


def test_a_webhook_is_located_once_for_all_workloads(monkeypatch: pytest.MonkeyPatch) -> None:
    located = []

    def place(ref: Ref) -> shown.Place:
        located.append(ref)
        return shown.Place("mesh.yaml", 1, 1, "")

    monkeypatch.setattr(shown, "place", place)
    workloads = [workload() for _ in range(4)]
    for number, one in enumerate(workloads):
        one["metadata"]["name"] = f"cart-{number}"
    several = [webhooks(f"hook-{number}", ON) for number in range(5)]
    mesh = mesh_of(namespace(istio_injection="enabled"), *workloads, *several)
    answers = answer(mesh, None, "default", Settings())
    assert ([5] * 4, 9) == ([len(one.webhooks) for one in answers], len(located))
