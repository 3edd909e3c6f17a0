"""What installs the webhook: accepted, least in what it may do, and unable to lock itself out."""

import re
from typing import Any

import pytest
import yaml

from meshctl.cluster.kinds import listed_kinds
from meshctl.engine.analyze import analyze
from meshctl.gate.install.chart import chart_files
from meshctl.gate.install.manifests import manifests
from meshctl.gate.install.options import Install
from meshctl.gate.policy import is_read
from meshctl.istio.kind_names import plural_of
from meshctl.settings import Settings
from meshctl.yaml.emitter import dumps

EVERY = [
    Install(), Install(cert_manager=True), Install(service_monitor=False, reads_secrets=True),
    Install("gate", "enforce", "registry.test/meshctl:1", 3, "Fail", root_namespace="mesh"),
]  # fmt: skip
TAG = re.compile(r"\{\{-? (.+?) -?\}\}")


def of_kind(install: Install, kind: str) -> list[dict[str, Any]]:
    return [one for one in manifests(install) if one["kind"] == kind]


@pytest.mark.parametrize("install", EVERY)
def test_meshctl_has_nothing_to_say_about_it(install: Install, tmp_path) -> None:
    file = tmp_path / "webhook.yaml"
    file.write_text("---\n".join(map(dumps, manifests(install))))
    for alone in (True, False):
        report = analyze([str(file)], Settings(alone=alone))
        assert [] == [(one.rule, one.message) for one in report.findings]


@pytest.mark.parametrize("install", EVERY)
def test_it_never_asks_itself(install: Install) -> None:
    (found,) = of_kind(install, "ValidatingWebhookConfiguration")
    for hook in found["webhooks"]:
        left_out = hook["namespaceSelector"]["matchExpressions"]
        named = next(one for one in left_out if one["key"] == "kubernetes.io/metadata.name")
        assert {"kube-system", install.namespace} <= set(named["values"])
        assert ("None", 3, ["v1"]) == (
            hook["sideEffects"], hook["timeoutSeconds"], hook["admissionReviewVersions"],
        )  # fmt: skip
    assert ["Ignore"] == [one["failurePolicy"] for one in found["webhooks"][1:]]
    pods = of_kind(install, "Deployment")[0]["spec"]["template"]["metadata"]["labels"]
    assert "false" == pods["sidecar.istio.io/inject"]


def test_it_is_asked_about_kinds_that_it_reads() -> None:
    (found,) = of_kind(Install(), "ValidatingWebhookConfiguration")
    plurals = {(one.group, plural_of(one.kind)): one.kind for one in listed_kinds()}
    for hook in found["webhooks"]:
        for rule in hook["rules"]:
            for plural in rule["resources"]:
                assert is_read(rule["apiGroups"][0], plurals[rule["apiGroups"][0], plural])


@pytest.mark.parametrize("install", EVERY)
def test_it_may_do_little(install: Install) -> None:
    """What it may write beside Events, reports and its Lease is named object by object."""
    free = {"events", "policyreports", "clusterpolicyreports", "leases"}
    for role in (*of_kind(install, "ClusterRole"), *of_kind(install, "Role")):
        for rule in role["rules"]:
            assert "*" not in rule["apiGroups"] + rule["resources"] + rule["verbs"]
            if set(rule["verbs"]) - {"get", "list", "watch"}:
                assert set(rule["resources"]) <= free or rule["resourceNames"]
            if "secrets" in rule["resources"] and not rule.get("resourceNames"):
                assert install.reads_secrets
    context = of_kind(install, "Deployment")[0]["spec"]["template"]["spec"]
    (container,) = context["containers"]
    assert context["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]


@pytest.mark.parametrize("install", EVERY)
def test_the_chart_makes_the_same(install: Install) -> None:
    files = chart_files(install)
    values = yaml.safe_load(files["values.yaml"])
    text = "".join(
        rendered(body, values, install.namespace)
        for name, body in files.items()
        if name.startswith("templates/")
    )
    made = [one for one in yaml.safe_load_all(text) if one]
    expected = [one for one in manifests(install) if one["kind"] != "Namespace"]
    assert sorted(map(dumps, expected)) == sorted(map(dumps, made))


def rendered(text: str, values: dict[str, Any], namespace: str) -> str:
    """Render what the chart uses of Go's templates: values, if, else and end."""
    kept: list[str] = []
    shown = [True]
    position = 0
    for tag in TAG.finditer(text):
        if all(shown):
            kept.append(text[position : tag.start()])
        position = tag.end()
        word = tag[1]
        if word.startswith("if "):
            shown.append(bool(values[word.removeprefix("if .Values.")]))
        elif word == "else":
            shown[-1] = not shown[-1]
        elif word == "end":
            shown.pop()
        elif all(shown):
            name = word.removeprefix(".Values.")
            kept.append(namespace if word == ".Release.Namespace" else str(values[name]))
    return "".join([*kept, text[position:]])
