"""Do only those lines differ that injection adds or changes?"""

import json
from difflib import ndiff

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from test_kube_inject import POD, settings

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.text import istioctl_style, preserve_style
from meshctl.yaml.reader import compose, parse_one
from meshctl.yaml.text_edits import Editor, UnsafeEditError

COMMENTED = """\
# What this is.
---
kind: Deployment   # odd order
apiVersion: apps/v1
metadata: {name: "web"}
spec:
    replicas: 2
    template:
        metadata:
            labels:
                app: 'web'   # quoted

        spec:
            containers:
              # the application
              - name: app
                image: "app:1"
                resources: {limits: {cpu: 2000m}}

# the end
---
kind: Service
apiVersion: v1
"""
PLAIN = st.recursive(
    st.integers(0, 9) | st.sampled_from(["a", "b c", "", "# d"]),
    lambda inner: (
        st.dictionaries(st.sampled_from("abcd"), inner, max_size=4)
        | st.lists(inner, max_size=3)
        | st.lists(
            st.fixed_dictionaries({"name": st.sampled_from("stuv")}, optional={"v": inner}),
            max_size=3,
            unique_by=lambda item: item["name"],
        )
    ),
    max_leaves=10,
)


def inject(text: str, warnings: list[str] | None = None) -> str:
    found = warnings if warnings is not None else []
    return preserve_style.inject_text(text, settings(), found.append)


def test_every_line_of_the_user_stays() -> None:
    warnings: list[str] = []
    lost = [
        line for line in ndiff(COMMENTED.splitlines(), inject(COMMENTED, warnings).splitlines())
        if line.startswith("- ")
    ]  # fmt: skip
    assert ([], []) == (lost, warnings)


@pytest.mark.parametrize("text", [POD, COMMENTED, POD.replace("\n", "\r\n"), POD.rstrip()])
def test_the_result_means_what_istioctl_writes(text: str) -> None:
    found = next(doc for doc in yaml.safe_load_all(inject(text)) if doc)
    expected = next(
        doc
        for doc in yaml.safe_load_all(istioctl_style.inject_text(text, settings(), print))
        if doc and doc.get("kind") != "Service"
    )
    assert expected == read(found["kind"], found, coerce=True)


@pytest.mark.parametrize("text", [POD, COMMENTED, POD.replace("\n", "\r\n"), POD.rstrip()])
def test_twice_is_once(text: str) -> None:
    once = inject(text)
    assert once == inject(once)


def test_line_ends_of_windows_stay() -> None:
    text = inject(POD.replace("\n", "\r\n"))
    assert text.count("\n") == text.count("\r\n")


def test_files_without_workloads_stay() -> None:
    text = "# only\n---\nkind: Service\napiVersion: v1\n...\n---\n# nothing\n"
    assert text == inject(text)


def test_a_document_that_cannot_be_edited_is_written_anew() -> None:
    text = POD.replace("metadata:\n", "metadata: &m\n", 1) + "x-more: *m\n"
    flow = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {}}'
    warnings: list[str] = []
    assert "istio-proxy" in inject(flow, warnings)
    assert 1 == len(warnings)
    pod = next(yaml.safe_load_all(inject(text)))
    assert "istio-proxy" == pod["spec"]["containers"][-1]["name"]


def test_labels_of_cron_jobs_reach_the_pods() -> None:
    spec = "\n".join(f"          {line}" for line in POD.partition("spec:\n")[2].splitlines())
    text = (
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  jobTemplate:\n"
        f"    spec:\n      template:\n        spec:\n{spec}\n"
    )
    job = next(yaml.safe_load_all(inject(text)))["spec"]["jobTemplate"]
    assert "metadata" not in job
    assert {"mesh": "c"} == job["spec"]["template"]["metadata"]["labels"]


def test_bad_documents_are_named_by_their_line() -> None:
    with pytest.raises(InjectionError, match=r"^-:3:1: a value is missing"):
        inject("a: 1\n---\n{")


@given(PLAIN, PLAIN)
def test_edits_say_what_they_should_or_are_refused(before: object, after: object) -> None:
    before, after = {"k": before}, {"k": after}
    text = f"# top\n{yaml.safe_dump(before, sort_keys=False)}# end\n"
    try:
        edited = Editor(text, compose(text)).change(before, after)
    except UnsafeEditError:
        return
    assert after == parse_one(edited)
    assert edited.startswith("# top\n")


ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: web
spec:
  strategy: {canary: {}}
  template:
    spec:
      containers:
      - name: app
"""


def test_rollouts_keep_what_is_not_known() -> None:
    rollout = next(yaml.safe_load_all(inject(ROLLOUT)))
    assert {"canary": {}} == rollout["spec"]["strategy"]
    names = [container["name"] for container in rollout["spec"]["template"]["spec"]["containers"]]
    assert ["app", "istio-proxy"] == names
    assert f"{ROLLOUT}---\n" == istioctl_style.inject_text(ROLLOUT, settings(), print)


@pytest.mark.parametrize("is_json", [True, False])
@pytest.mark.parametrize("is_listed", [True, False])
def test_rollouts_that_are_written_anew_keep_it_too(*, is_json: bool, is_listed: bool) -> None:
    rollout = yaml.safe_load(ROLLOUT)
    before = {"apiVersion": "v1", "kind": "List", "items": [rollout]} if is_listed else rollout
    text = json.dumps(before) if is_json else yaml.safe_dump(before, default_flow_style=True)
    warnings: list[str] = []
    once = preserve_style.inject_text(text, settings(), warnings.append)
    whole = next(yaml.safe_load_all(once))
    after = whole["items"][0] if is_listed else whole
    assert "istio-proxy" == after["spec"]["template"]["spec"]["containers"][-1]["name"]
    assert rollout == {**after, "spec": {**after["spec"], "template": rollout["spec"]["template"]}}
    assert "comments" not in "".join(warnings)
    assert once == preserve_style.inject_text(once, settings(), warnings.append)


def test_rollouts_by_reference_have_no_pods() -> None:
    by_reference = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {workloadRef: {}}\n"
    assert by_reference == inject(by_reference)
