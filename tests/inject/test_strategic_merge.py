"""What do templates do to pods when they are merged?"""

import pytest

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.go_types.strategic_merge import merge


def spec(original: dict, patch: dict) -> dict:
    return merge("Pod", {"spec": original}, {"spec": patch})["spec"]


@pytest.mark.parametrize(
    ("original", "patch", "expected"),
    [
        ({"nodeName": "a"}, {"hostname": "b"}, {"nodeName": "a", "hostname": "b"}),
        ({"nodeName": "a"}, {"nodeName": None}, {}),
        (
            {},
            {"volumes": [{"name": "v", "emptyDir": None}]},
            {"volumes": [{"name": "v"}]},
        ),
        (
            {"volumes": [{"name": "u"}]},
            {"volumes": [{"name": "v", "emptyDir": None}]},
            {"volumes": [{"name": "v", "emptyDir": None}, {"name": "u"}]},
        ),
        (
            {"containers": [{"name": "a", "image": "1"}, {"name": "b"}]},
            {"containers": [{"name": "a", "tty": True}]},
            {"containers": [{"name": "a", "image": "1", "tty": True}, {"name": "b"}]},
        ),
        (
            {"containers": [{"name": "a"}, {"name": "b"}]},
            {"containers": [{"name": "b", "tty": True}, {"name": "c"}]},
            {"containers": [{"name": "a"}, {"name": "b", "tty": True}, {"name": "c"}]},
        ),
        (
            {"containers": [{"name": "a", "args": ["x"], "env": [{"name": "E", "value": "1"}]}]},
            {"containers": [{"name": "a", "args": ["y"], "env": [{"name": "F"}]}]},
            {"containers": [
                {"name": "a", "args": ["y"], "env": [{"name": "F"}, {"name": "E", "value": "1"}]}
            ]},
        ),
        ({"tolerations": [{"key": "a"}]}, {"tolerations": [{"key": "b"}]},
         {"tolerations": [{"key": "b"}]}),
        ({"containers": [{"name": "a"}, {"name": "b"}]},
         {"containers": [{"name": "a", "$patch": "delete"}]}, {"containers": [{"name": "b"}]}),
        ({"containers": [{"name": "a"}]}, {"containers": [{"$patch": "replace"}, {"name": "b"}]},
         {"containers": [{"name": "b"}]}),
        ({"affinity": {"nodeAffinity": {}}}, {"affinity": {"$patch": "replace", "podAffinity": {}}},
         {"affinity": {"podAffinity": {}}}),
    ],
)  # fmt: skip
def test_merging(original: dict, patch: dict, expected: dict) -> None:
    assert expected == spec(original, patch)


def test_finalizers_are_joined() -> None:
    merged = merge("ObjectMeta", {"finalizers": ["a", "b"]}, {"finalizers": ["b", "c"]})
    assert {"finalizers": ["a", "b", "c"]} == merged


ABC = [{"name": "a"}, {"name": "b"}, {"name": "c"}]


@pytest.mark.parametrize(
    ("original", "patch", "expected"),
    [
        (
            {"containers": ABC},
            {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}]},
            {"containers": [{"name": "b"}, {"name": "c"}, {"name": "a"}]},
        ),
        (
            {"containers": ABC[1:]},
            {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}], "containers": ABC[:1]},
            {"containers": [{"name": "b"}, {"name": "c"}, {"name": "a"}]},
        ),
        (
            {"volumes": [{"name": "v", "emptyDir": {}}]},
            {"volumes": [{"name": "v", "$retainKeys": ["name", "secret"], "secret": {}}]},
            {"volumes": [{"name": "v", "secret": {}}]},
        ),
    ],
)
def test_directives(original: dict, patch: dict, expected: dict) -> None:
    assert expected == spec(original, patch)


def test_directives_for_plain_lists() -> None:
    patch = {"$deleteFromPrimitiveList/finalizers": ["a"]}
    assert {"finalizers": ["b"]} == merge("ObjectMeta", {"finalizers": ["a", "b"]}, patch)
    patch = {"$setElementOrder/finalizers": ["c", "a"], "finalizers": ["c"]}
    assert {"finalizers": ["c", "a"]} == merge("ObjectMeta", {"finalizers": ["a"]}, patch)


@pytest.mark.parametrize(
    "patch",
    [
        {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}], "containers": ABC[:2]},
        {"$setElementOrder/containers": [{"name": "b"}], "containers": ABC[:2]},
        {"$setElementOrder/containers": 5},
    ],
)
def test_orders_that_contradict_the_patch_are_refused(patch: dict) -> None:
    with pytest.raises(InjectionError, match="setElementOrder"):
        spec({"containers": []}, patch)


def test_items_without_their_key_are_refused() -> None:
    for original, patch in (([], [{"image": "x"}]), ([{}], [{"name": "x"}])):
        with pytest.raises(InjectionError, match="merged by name"):
            spec({"containers": original}, {"containers": patch})


def test_types_drop_what_is_empty_or_unknown() -> None:
    pod = {
        "metadata": {"name": "p", "labels": {}, "typo": 1},
        "spec": {
            "hostNetwork": False,
            "containers": [
                {
                    "Name": "a",
                    "env": [{"name": "E", "value": 8080}],
                    "resources": {"limits": {"cpu": "2000m", "memory": 1024}},
                    "securityContext": {"privileged": False},
                    "tty": False,
                }
            ],
        },
    }
    expected = {
        "metadata": {"name": "p"},
        "spec": {
            "containers": [
                {
                    "name": "a",
                    "env": [{"name": "E", "value": "8080"}],
                    "resources": {"limits": {"cpu": "2", "memory": "1024"}},
                    "securityContext": {"privileged": False},
                }
            ]
        },
        "status": {},
    }
    assert expected == read("Pod", pod, coerce=True)


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        ({"spec": []}, "spec should be a mapping"),
        ({"spec": {"containers": {}}}, "spec.containers should be a list"),
        ({"spec": {"hostNetwork": "yes"}}, "spec.hostNetwork is 'yes' and should be true or false"),
        ({"spec": {"containers": [{"ports": [{"containerPort": "x"}]}]}}, "should be a number"),
        ({"spec": {"containers": [{"resources": {"limits": {"cpu": "x"}}}]}}, "not a quantity"),
        ({"metadata": {"name": {}}}, "should be text"),
    ],
)
def test_wrong_types_are_named(pod: dict, reason: str) -> None:
    with pytest.raises(InjectionError) as caught:
        read("Pod", pod, coerce=True)
    assert reason in str(caught.value)
