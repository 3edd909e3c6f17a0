"""Are names, labels and annotations taken and refused as the API server does?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.validation.metadata import check_metadata

ISTIO = ("networking.istio.io", "Gateway")
SERVICE = ("", "Service")
NAMESPACE = ("", "Namespace")


@pytest.mark.parametrize(
    ("kind", "metadata"),
    [
        (ISTIO, {"name": "a"}),
        (ISTIO, {"name": "a.b-c.0"}),
        (ISTIO, {"name": "a" * 253}),
        (ISTIO, {"generateName": "a-"}),
        (ISTIO, {"name": "a", "namespace": "a" * 63}),
        (ISTIO, {"name": "a", "labels": None, "annotations": None}),
        (ISTIO, {"name": "a", "labels": {"a.b/C_d": "", "e": "A" * 63, "f": None}}),
        (ISTIO, {"name": "a", "annotations": {"A.B/C": "é\n" * 100}}),
        (SERVICE, {"name": "a-1"}),
        (NAMESPACE, {"name": "1a"}),
    ],
)
def test_taken(kind, metadata) -> None:
    assert [] == list(check_metadata(*kind, metadata))


@pytest.mark.parametrize(
    ("kind", "metadata", "path", "message"),
    [
        (ISTIO, {}, ("metadata",), "has no name"),
        (ISTIO, {"name": ""}, ("metadata",), "has no name"),
        (ISTIO, {"name": "A"}, ("metadata", "name"), '"A" takes lower-case'),
        (ISTIO, {"name": "a..b"}, ("metadata", "name"), "lower-case"),
        (ISTIO, {"name": "-a"}, ("metadata", "name"), "begins and ends"),
        (ISTIO, {"name": "a\n"}, ("metadata", "name"), "lower-case"),
        (ISTIO, {"name": "a" * 254}, ("metadata", "name"), "254 characters; 253"),
        (ISTIO, {"generateName": "A-"}, ("metadata", "generateName"), "lower-case"),
        (ISTIO, {"name": "a", "namespace": "a.b"}, ("metadata", "namespace"), "up to 63"),
        (SERVICE, {"name": "1a"}, ("metadata", "name"), "of a Service"),
        (SERVICE, {"name": "a.b"}, ("metadata", "name"), "of a Service"),
        (NAMESPACE, {"name": "a.b"}, ("metadata", "name"), "up to 63"),
        (ISTIO, {"name": "a", "labels": {"a": "b c"}}, ("metadata", "labels", "a"), "takes letters"),
        (ISTIO, {"name": "a", "labels": {"a": "b" * 64}}, ("metadata", "labels", "a"), "64 char"),
        (ISTIO, {"name": "a", "labels": {"": "b"}}, ("metadata", "labels", ""), "is empty"),
        (ISTIO, {"name": "a", "labels": {"a/": "b"}}, ("metadata", "labels", "a/"), "behind"),
        (ISTIO, {"name": "a", "labels": {"/a": "b"}}, ("metadata", "labels", "/a"), "a domain"),
        (ISTIO, {"name": "a", "labels": {"a/b/c": ""}}, ("metadata", "labels", "a/b/c"), "domain"),
        (ISTIO, {"name": "a", "labels": {"A/b": ""}}, ("metadata", "labels", "A/b"), "a domain"),
        (ISTIO, {"name": "a", "annotations": {"a b": ""}}, ("metadata", "annotations", "a b"),
         "takes letters"),
        (ISTIO, {"name": "a", "annotations": {"a": "x" * 2**18}}, ("metadata", "annotations"),
         "262144 are allowed"),
    ],
)  # fmt: skip
def test_refused(kind, metadata, path, message) -> None:
    [fault] = check_metadata(*kind, metadata)
    assert path == fault.path
    assert message in fault.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["name", "generateName", "namespace", "labels",
                                        "annotations"]), JSON))  # fmt: skip
def test_anything_is_judged(metadata) -> None:
    list(check_metadata(*ISTIO, metadata))
