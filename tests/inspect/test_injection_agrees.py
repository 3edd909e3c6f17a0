"""All who ask whether a pod gets a sidecar get one answer: check-inject, the mesh, kube-inject."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.inject.pod.decision import reason_against
from meshctl.inject.settings.injector_config import read_settings
from meshctl.inspect.injection.explanation import PodOutcome, injection
from meshctl.mesh import Mesh
from meshctl.mesh.injection.explain import default_webhooks
from meshctl.mesh.workloads.membership import Membership
from meshctl.sources.documents import Document

INJECT, REVISION, INJECTION = "sidecar.istio.io/inject", "istio.io/rev", "istio-injection"
WORDS = st.sampled_from(["true", "false", "True", "", "yes"])
REVISIONS = st.sampled_from(["default", "canary", "prod", "gone"])
MODES = st.sampled_from(["ambient", "none"])
HOME = st.fixed_dictionaries({}, optional={
    INJECTION: st.sampled_from(["enabled", "disabled", "true", ""]), REVISION: REVISIONS,
    "istio.io/dataplane-mode": MODES,
})  # fmt: skip
LABELS = st.fixed_dictionaries({"app": st.just("cart")}, optional={
    INJECT: WORDS, REVISION: REVISIONS, "istio.io/dataplane-mode": MODES,
})  # fmt: skip
ANNOTATIONS = st.fixed_dictionaries({}, optional={INJECT: WORDS})
CART = [{"matchLabels": {"app": "cart"}}]
POLICY = st.fixed_dictionaries({"templates": st.just({"sidecar": ""})}, optional={
    "policy": st.sampled_from(["enabled", "disabled", "off"]),
    "neverInjectSelector": st.just(CART), "alwaysInjectSelector": st.just(CART),
})  # fmt: skip


def a(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


def installed(revision: str, served_by: str, *, is_deactivated: bool) -> dict[str, Any]:
    """The webhooks of a revision, or of a tag, or what is left of them where a tag took over."""
    data: dict[str, Any] = deepcopy(dict(default_webhooks([revision])[0].resource.data))
    data["metadata"]["labels"] = {REVISION: served_by, "istio.io/tag": revision}
    for webhook in data["webhooks"] if is_deactivated else ():
        webhook["namespaceSelector"] = {"matchLabels": {"istio.io/deactivated": "never-match"}}
    return data


INSTALLED = st.lists(
    st.builds(installed, REVISIONS, REVISIONS, is_deactivated=st.booleans()),
    max_size=3, unique_by=lambda one: one["metadata"]["name"],
)  # fmt: skip


def settings_of(revision: str, config: dict[str, Any]) -> dict[str, Any]:
    name = "istio-sidecar-injector" + ("" if revision == "default" else f"-{revision}")
    settings = a("ConfigMap", name, data={"config": json.dumps(config)})
    settings["metadata"]["namespace"] = "istio-system"
    return settings


INPUTS = st.fixed_dictionaries({
    "home": HOME, "metadata": st.fixed_dictionaries({"labels": LABELS, "annotations": ANNOTATIONS}),
    "webhooks": INSTALLED, "configs": st.dictionaries(REVISIONS, POLICY, max_size=2),
    "where": st.sampled_from(["shop", "shop", "shop", "kube-system"]),
    "spec": st.fixed_dictionaries({}, optional={"hostNetwork": st.booleans()}),
})  # fmt: skip


@given(given=INPUTS, is_whole=st.booleans())
def test_there_is_one_answer(given: dict[str, Any], is_whole: bool) -> None:
    metadata, spec, where, configs = (
        given[key] for key in ("metadata", "spec", "where", "configs")
    )
    template = {"metadata": metadata, "spec": {"containers": [{"name": "main"}], **spec}}
    cart = a("Deployment", "cart", spec={"template": template}, apiVersion="apps/v1")
    cart["metadata"]["namespace"] = where
    objects = [
        a("Namespace", where, metadata={"name": where, "labels": given["home"]}), cart,
        *(given["webhooks"] if is_whole else ()), *(settings_of(*one) for one in configs.items()),
    ]  # fmt: skip
    documents = [Document(f"{n}.yaml", 1, "", data) for n, data in enumerate(objects)]
    mesh = Mesh(tuple(unwrap(documents, "default")), is_whole=is_whole)
    (workload,) = mesh.workloads
    told = injection(mesh, workload)
    is_injected = told.verdict in {PodOutcome.INJECTED, PodOutcome.SEVERAL}
    assert is_injected == (mesh.workloads.membership(workload) is Membership.SIDECAR)
    if told.taken_by:
        chosen = configs.get(told.taken_by[0].revision, {"templates": {}})
        assert is_injected == _is_injected_by_hand(metadata, spec, where, chosen)


def _is_injected_by_hand(
    metadata: dict[str, Any], spec: dict[str, Any], where: str, config: dict[str, Any]
) -> bool:
    settings = read_settings(json.dumps(config), "{}", "{}")
    return reason_against(metadata, spec, settings, where) is None
