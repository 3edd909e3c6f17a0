"""Which pods get a sidecar?"""

import json

import pytest
from test_kube_inject import POD, TEMPLATE, VALUES, configured, inject, injected, settings

from meshctl.inject.settings.injector_config import read_settings
from meshctl.inject.text import preserve_style
from meshctl.inject.text.istioctl_style import inject_text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("  name: web", "  name: web\n  annotations: {sidecar.istio.io/inject: 'false'}"),
         '-:5:42: Skipping injection because Pod "web" has sidecar injection disabled'),
        (("spec:", "spec:\n  hostNetwork: true"),
         '-:8:16: Skipping injection because Pod "web" has host networking enabled'),
    ],
)  # fmt: skip
def test_pods_that_want_no_sidecar_get_none(change: tuple[str, str], reason: str) -> None:
    warnings: list[str] = []
    text = inject(POD.replace(*change, 1), warnings)
    assert [reason] == warnings
    assert "istio-proxy" not in text


@pytest.mark.parametrize("value", ["yes", "no", "", "True"])
def test_other_words_than_true_and_false_leave_it_to_the_policy(value: str) -> None:
    label = f"    sidecar.istio.io/inject: '{value}'"
    assert 2 == len(injected(POD.replace("    app: web", label))["spec"]["containers"])


def test_a_policy_leaves_pods_alone_that_do_not_ask() -> None:
    asking = POD.replace("    app: web", "    sidecar.istio.io/inject: 'true'")
    assert 1 == len(configured(policy="disabled")["spec"]["containers"])
    assert 2 == len(configured(asking, policy="disabled")["spec"]["containers"])


@pytest.mark.parametrize(
    ("config", "labels", "reason"),
    [
        ({"policy": "disabled"}, "", "disabled by the config's policy"),
        ({"policy": "off"}, "sidecar.istio.io/inject: 'true'", "policy of the config is 'off'"),
        ({"neverInjectSelector": [{"matchLabels": {"app": "web"}}]}, "",
         "disabled by the config's neverInjectSelector"),
        ({"neverInjectSelector": [{"matchExpressions": [{"key": "app", "operator": "Exists"}]}]},
         "sidecar.istio.io/inject: 'true'", ""),
        ({"neverInjectSelector": [{}]}, "", ""),
        ({"policy": "disabled", "alwaysInjectSelector": [{"matchLabels": {"app": "web"}}]}, "", ""),
        ({}, "sidecar.istio.io/inject: 'false'", "has sidecar injection disabled"),
    ],
)  # fmt: skip
def test_the_config_decides_about_pods(config: dict, labels: str, reason: str) -> None:
    used = read_settings(
        json.dumps({"templates": {"sidecar": TEMPLATE}, **config}), json.dumps(VALUES), ""
    )
    warnings: list[str] = []
    text = POD.replace("    app: web", f"    app: web\n    {labels}") if labels else POD
    injected_text = preserve_style.inject_text(text, used, warnings.append)
    assert bool(reason) == (text == injected_text)
    assert reason in "".join(warnings)
    assert "istio-proxy" in inject_text(POD, used, print)  # istioctl doesn't read it


def test_system_namespaces_get_nothing() -> None:
    text = POD.replace("  name: web", "  name: web\n  namespace: kube-system", 1)
    assert "istio-proxy" not in inject(text)
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: kube-system}\n"
        "spec:\n  template:\n    spec:\n      containers: [{name: a}]\n"
    )
    warnings: list[str] = []
    assert deployment == preserve_style.inject_text(deployment, settings(), warnings.append)
    assert 'Deployment "kube-system/d" is in kube-system, where Istio never' in warnings[0]
    assert "istio-proxy" in inject(deployment)  # istioctl asks the pod template alone
    elsewhere = settings(namespace="kube-system")
    assert POD == preserve_style.inject_text(POD, elsewhere, warnings.append)
