"""Does istiod see pods as controllers make them, and is its answer understood?"""

import base64
import json

import pytest

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.owners import Owner, as_created, as_template, owner_of_pod
from meshctl.inject.webhook import inject_by_webhook

OWNERS = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "ReplicationController"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("argoproj.io/v1alpha1", "Rollout"),
    ("apps.openshift.io/v1", "DeploymentConfig"),
]
POD = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [{"name": "app", "image": "app:1"}]},
}


def owner(api_version="apps/v1", kind="Deployment"):
    return Owner(api_version, kind, {"name": "web", "namespace": "shop"})


def template():
    return read("Pod", POD)


def answer(patch, **others):
    encoded = base64.b64encode(json.dumps(patch).encode()).decode()
    return {"response": {"allowed": True, "patch": encoded, **others}}


@pytest.mark.parametrize(("api_version", "kind"), OWNERS)
def test_a_created_pod_leads_back_to_its_workload(api_version, kind) -> None:
    created = as_created(template(), owner(api_version, kind))
    found = owner_of_pod(created, Owner("v1", "Pod", created["metadata"]))
    assert (kind, "web") == (found.kind, found.metadata["name"])


@pytest.mark.parametrize(("api_version", "kind"), OWNERS)
def test_a_created_pod_becomes_the_template_again(api_version, kind) -> None:
    assert template() == as_template(as_created(template(), owner(api_version, kind)), template())


def test_a_label_of_the_users_own_stays() -> None:
    pod = template()
    pod["metadata"]["labels"]["pod-template-hash"] = "mine"
    assert pod == as_template(as_created(pod, owner("apps/v1", "StatefulSet")), pod)


def test_istiod_is_asked_about_a_pod_with_its_owner() -> None:
    asked = []
    inject_by_webhook(template(), owner(), lambda item: asked.append(item) or answer([]))
    request = asked[0]["request"]
    metadata = request["object"]["metadata"]
    assert ("shop", "shop", "CREATE") == (
        request["namespace"], metadata["namespace"], request["operation"],
    )  # fmt: skip
    assert metadata["generateName"].startswith(metadata["ownerReferences"][0]["name"])


def test_the_patch_is_applied() -> None:
    container = {"name": "istio-proxy", "image": "proxyv2"}
    patch = [{"op": "add", "path": "/spec/containers/1", "value": container}]
    injected = inject_by_webhook(template(), owner(), lambda _: answer(patch))
    names = [each_container["name"] for each_container in injected["spec"]["containers"]]
    assert ["app", "istio-proxy"] == names
    assert template()["metadata"] == injected["metadata"]


def test_no_patch_means_that_the_pod_is_left_alone() -> None:
    assert inject_by_webhook(template(), owner(), lambda _: answer([])) is None
    allowed = {"response": {"allowed": True}}
    assert inject_by_webhook(template(), owner(), lambda _: allowed) is None


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ({"allowed": False, "status": {"message": "bad annotation"}}, "refuses .* bad annotation"),
        ({"allowed": False}, "no reason"),
        ({"allowed": True, "patch": "***"}, "no JSON in base64"),
        (answer([{"op": "remove", "path": "/spec/nodeName"}])["response"], "does not fit"),
        (answer(["x"])["response"], "no list of JSON patch operations"),
        ("text", "no AdmissionReview"),
    ],
)
def test_what_istiod_refuses_is_said(response, text) -> None:
    with pytest.raises(InjectionError, match=text):
        inject_by_webhook(template(), owner(), lambda _: {"response": response})
