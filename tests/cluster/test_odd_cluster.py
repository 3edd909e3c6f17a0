"""Does an API server that tells any JSON in any place end in findings or one sentence?"""

import contextlib
import copy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_cluster import ODD, OddCluster, Place, mesh_objects, places, put, review_patch, versions_of
from typer.testing import CliRunner

from meshctl.cli.app import app
from meshctl.cluster import kubeconfig
from meshctl.cluster.injector import InjectionWebhook
from meshctl.errors import MeshctlError
from meshctl.inject.errors import InjectionError
from meshctl.inject.owners import Owner
from meshctl.inject.webhook import inject_by_webhook

MESH = mesh_objects()
KINDS = [(item["apiVersion"], item["kind"]) for item in MESH]
PLACES = [*places(MESH)]
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: a, image: b}]}
"""
COMMANDS = [
    ["analyze", "--cluster", "-o", "json"],
    ["validate", "--cluster", "-o", "json"],
    ["tls-check", "--cluster"],
    ["routes", "cart.shop", "--cluster"],
    ["describe", "pod", "cart-1.shop", "--cluster"],
    ["check-inject", "deploy/cart.shop", "--cluster"],
    ["trace", "http://cart.shop/", "--from", "cart-1.shop", "--cluster"],
    ["diff", "cluster", "FILE"],
    ["proxy-status"],
    ["proxy-status", "--istiod-address", "127.0.0.1:9"],
    ["version"],
    ["kube-inject", "-f", "FILE", "--from-cluster"],
    ["kube-inject", "-f", "FILE", "--verify"],
]


def run(
    monkeypatch: pytest.MonkeyPatch, objects: Any, versions: Any, command: list[str],
    kinds: list[tuple[str, str]] = KINDS,
) -> int:  # fmt: skip
    """Run a command on a cluster of such objects; gives its exit code."""
    cluster = OddCluster(kinds, objects, versions)
    monkeypatch.setattr(kubeconfig, "connect_to", lambda _: cluster)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "app.yaml"
        file.write_text(MANIFEST)
        words = [str(file) if word == "FILE" else word for word in command]
        result = CliRunner().invoke(app, words)
    error = result.exception
    if error is not None and not isinstance(error, MeshctlError | SystemExit):
        raise error
    assert "rule-crashed" not in result.output
    return 2 if isinstance(error, MeshctlError) else result.exit_code


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_mesh_as_it_should_be_is_read(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    is_live = command[0] in {"proxy-status", "version"} or command[-1] == "--verify"
    code = run(monkeypatch, MESH, versions_of(KINDS), command)
    assert (2,) == (code,) if is_live else code in (0, 1)


CHANGES = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD)), min_size=1, max_size=6)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHANGES, st.sampled_from(COMMANDS))
def test_any_json_in_any_place_is_a_finding_or_a_sentence(
    monkeypatch: pytest.MonkeyPatch, changes: list[tuple[Place, Any]], command: list[str]
) -> None:
    objects = copy.deepcopy(MESH)
    for place, odd in changes:
        put(objects, place, copy.deepcopy(odd))
    assert run(monkeypatch, objects, versions_of(KINDS), command) in (0, 1, 2)


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("place", [*places(versions_of(KINDS[-1:]))], ids=repr)
def test_versions_may_be_anything(monkeypatch: pytest.MonkeyPatch, place: Place, odd: Any) -> None:
    versions = versions_of(KINDS)
    put(versions, place, odd)
    assert run(monkeypatch, MESH, versions, ["analyze", "--cluster"]) in (0, 1, 2)


# What istiod's webhook answers

POD = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
ANSWER = {"response": {"allowed": True, "status": {"message": "no"}, "patch": "PATCH"}}
OPERATIONS = [
    {"op": "add", "path": "/metadata/annotations", "value": {"c": "d"}},
    {"op": "replace", "path": "/spec/containers/0/image", "value": "c"},
    {"op": "add", "path": "/metadata/labels", "value": {"c": "d"}},
    {"op": "move", "path": "/metadata/labels/b", "from": "/metadata/labels/a"},
    {"op": "test", "path": "/spec", "value": 1},
    {"op": "remove", "path": "/spec/containers/9"},
]


def injected(answer: Any) -> None:
    owner = Owner("apps/v1", "Deployment", {"name": "a"})
    with contextlib.suppress(InjectionError):
        inject_by_webhook(copy.deepcopy(POD), owner, lambda _: answer)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_answers_of_a_webhook_may_be_anything(odd: Any) -> None:
    injected(odd)
    for place in places(ANSWER):
        answer = copy.deepcopy(ANSWER)
        put(answer, place, odd)
        injected(answer)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_patches_may_be_anything(odd: Any) -> None:
    for number, operation in enumerate(OPERATIONS):
        for changed in (odd, *({**operation, key: odd} for key in operation)):
            steps = [*OPERATIONS[:number][:2], changed]
            injected({"response": {"allowed": True, "patch": review_patch(*steps)}})


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            [{"op": "copy", "from": "/spec", "path": f"/spec/x{n}"} for n in range(60)],
            "copies more",
        ),
        ([OPERATIONS[0]] * 10_001, "has more than 10,000 operations"),
    ],
)
def test_patches_stay_small(steps: list[Any], said: str) -> None:
    answer = {"response": {"allowed": True, "patch": review_patch(*steps)}}
    with pytest.raises(InjectionError, match=said):
        inject_by_webhook(
            copy.deepcopy(POD), Owner("apps/v1", "Deployment", {"name": "a"}), lambda _: answer
        )


def test_a_refusal_stays_short() -> None:
    answer = {"response": {"allowed": False, "status": {"message": "no" * 9999}}}
    with pytest.raises(InjectionError) as caught:
        inject_by_webhook(
            copy.deepcopy(POD), Owner("apps/v1", "Deployment", {"name": "a"}), lambda _: answer
        )
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize("odd", [*ODD, "https://[", "ftp://x"], ids=repr)
def test_webhooks_may_lead_anywhere(odd: Any) -> None:
    cluster: Any = OddCluster(KINDS, MESH, versions_of(KINDS))
    client = {"service": {"name": "istiod", "namespace": "istio-system", "port": 443, "path": "/"}}
    for place in places(client):
        changed: Mapping[str, Any] = copy.deepcopy(client)
        put(changed, place, odd)
        refused(InjectionWebhook(cluster, changed, 0.1))
    refused(InjectionWebhook(cluster, {"url": odd, "caBundle": "LS0t"}, 0.1))
    refused(InjectionWebhook(cluster, {"url": "https://127.0.0.1:9", "caBundle": odd}, 0.1))


def refused(webhook: InjectionWebhook) -> None:
    with pytest.raises(MeshctlError) as caught:
        webhook.ask({})
    assert str(caught.value)


def test_the_password_in_the_address_of_a_webhook_is_not_shown() -> None:
    cluster: Any = OddCluster(KINDS, MESH, versions_of(KINDS))
    for address in ("https://ada:pw@", "https://ada:pw@127.0.0.1:9", "ftp://ada:pw@x"):
        with pytest.raises(MeshctlError) as caught:
            InjectionWebhook(cluster, {"url": address}, 0.1).ask({})
        assert "pw" not in str(caught.value)
