"""What does the whole verdict say, and does every object get one?"""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.resources import Resource, make_resource
from meshctl.sources.documents import Document
from meshctl.validation.convert import convert
from meshctl.validation.nulls import has_null, without_nulls
from meshctl.validation.schemas import Schemas
from meshctl.validation.verdict import Judge

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
JUDGE = Judge(Schemas())
ISTIO = Schemas().kinds()
KUBERNETES = [("", "v1", kind) for kind in ("Service", "Pod", "Namespace", "ConfigMap", "Secret")]
KUBERNETES += [("apps", "v1", "Deployment"), ("batch", "v1", "CronJob"),
               ("gateway.networking.k8s.io", "v1", "HTTPRoute")]  # fmt: skip


def resource(data: dict[str, Any]) -> Resource:
    return make_resource(Document("x.yaml", 1, "", data), data, (), "default")


def an_object(group: str, version: str, kind: str, **parts: Any) -> Resource:
    api = f"{group}/{version}" if group else version
    return resource({"apiVersion": api, "kind": kind, "metadata": {"name": "a"}, **parts})


def fields(kind: tuple[str, str, str]) -> list[str]:
    schema = Schemas().find(*kind)
    return sorted(schema["properties"].get("spec", {}).get("properties", {})) or ["spec"]


@st.composite
def specs(draw: st.DrawFn) -> tuple[tuple[str, str, str], Any]:
    kind = draw(st.sampled_from(ISTIO + KUBERNETES))
    if draw(st.booleans()):
        return kind, draw(JSON)
    return kind, draw(st.dictionaries(st.sampled_from(fields(kind)), JSON, max_size=3))


@given(specs())
def test_any_json_in_a_spec_gets_a_verdict(case) -> None:
    kind, spec = case
    JUDGE(an_object(*kind, spec=spec))


@given(st.sampled_from(ISTIO + KUBERNETES), JSON, JSON)
def test_any_metadata_and_status_get_a_verdict(kind, metadata, status) -> None:
    JUDGE(an_object(*kind, metadata=metadata, status=status))


@pytest.mark.parametrize(
    "kind", [item for item in ISTIO if item[2] == "DestinationRule"], ids=lambda kind: kind[1]
)
def test_versions_are_judged_alike(kind) -> None:
    spec = {"host": "a", "trafficPolicy": {"tls": {"mode": "OFF"}}}
    [fault] = JUDGE(an_object(*kind, spec=spec)).faults
    assert ("value-not-allowed", ("spec", "trafficPolicy", "tls", "mode")) == fault[:2]


def test_rules_in_cel_run_on_objects_that_fit_alone() -> None:
    spec = {"host": "a", "trafficPolicy": {"outlierDetection": {"interval": "0s", "wrong": 1}}}
    verdict = JUDGE(an_object("networking.istio.io", "v1", "DestinationRule", spec=spec))
    assert ["unknown-field"] == [fault.kind for fault in verdict.faults]


def test_null_is_not_written() -> None:
    spec = {"selector": {"matchLabels": {"a": None}}, "portLevelMtls": {"80": {"mode": "STRICT"}}}
    [fault] = JUDGE(an_object("security.istio.io", "v1", "PeerAuthentication", spec=spec)).faults
    assert ("cel-rule", ("spec", "portLevelMtls")) == fault[:2]


def test_nulls_stay_where_they_mean_something() -> None:
    schema = {
        "properties": {
            "a": {"type": "string"},
            "b": {"type": ["string", "null"]},
            "c": {"type": "object"},
            "d": {"type": "array", "items": {"$ref": "#/$defs/d"}},
        }
    }
    definitions = {"d": {"type": "object", "additionalProperties": {"type": "string"}}}
    value = {"a": None, "b": None, "c": {"x": None}, "d": [{"y": None}, None]}
    assert has_null(value)
    expected = {"b": None, "c": {"x": None}, "d": [{}, None]}
    assert expected == without_nulls(value, schema, definitions)
    assert not has_null({"a": [{"b": [1, ""]}]})


def test_kinds_that_nobody_described_are_accepted() -> None:
    assert JUDGE(an_object("example.com", "v1", "Shop", spec=1)).is_accepted
    assert JUDGE(an_object("networking.istio.io", "v9", "Gateway", spec=1)).is_accepted
    assert JUDGE(an_object("networking.istio.io", "v1", "../Gateway", spec=1)).is_accepted


CRD = """
spec:
  group: example.com
  names: {kind: Shop}
  versions:
    - {name: v1beta1, served: true, schema: &schema {openAPIV3Schema: {type: object, properties: {
        spec: {type: object, properties: {
          size: {type: integer, minimum: 0, exclusiveMinimum: true, nullable: true},
          port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]},
          mode: {type: string, enum: [A, B], nullable: true},
          tier: {type: string, default: a},
          free: {type: object, x-kubernetes-preserve-unknown-fields: true},
          whole: {type: object, x-kubernetes-embedded-resource: true},
          map: {type: object, additionalProperties: {type: integer}},
          either: {type: object, properties: {x: {type: integer}, y: {type: integer}},
                   oneOf: [{required: [x]}, {properties: {y: {minimum: 5}}, required: [y]}]}
        }, required: [tier, port], x-kubernetes-validations: [{rule: self.size != 7, message: no}]
        }}}}}
    - {name: v1, served: true, storage: true, schema: *schema}
    - {name: v0, served: false, schema: *schema}
"""


def own_judge() -> Judge:
    return Judge(Schemas(convert(yaml.safe_load(CRD))))


def judge_own(version: str = "v1", **spec: Any) -> list[tuple[str, Any]]:
    verdict = own_judge()(an_object("example.com", version, "Shop", spec={"port": 1, **spec}))
    return [fault[:2] for fault in verdict.faults]


@pytest.mark.parametrize(
    "spec",
    [
        {}, {"size": 1}, {"size": None}, {"port": "http"}, {"mode": None}, {"mode": "B"},
        {"free": {"a": {"b": 1}}}, {"whole": {"apiVersion": "v1"}}, {"map": {"a": 1}},
        {"either": {"x": 1}}, {"either": {"y": 5}}, {"either": {"x": 1, "y": 1}},
    ],
)  # fmt: skip
def test_own_crds_take(spec) -> None:
    assert [] == judge_own(**spec)


@pytest.mark.parametrize(
    ("spec", "kind", "path"),
    [
        ({"size": 0}, "out-of-bounds", ("size",)),
        ({"port": True}, "wrong-type", ("port",)),
        ({"port": None}, "missing-field", ()),
        ({"mode": "C"}, "value-not-allowed", ("mode",)),
        ({"map": {"a": "b"}}, "wrong-type", ("map", "a")),
        ({"either": {"x": 1, "y": 5}}, "value-not-allowed", ("either",)),
        ({"either": {}}, "value-not-allowed", ("either",)),
        ({"other": 1}, "unknown-field", ("other",)),
    ],
)
def test_own_crds_refuse(spec, kind, path) -> None:
    assert [(kind, ("spec", *path))] == judge_own(**spec)


def test_versions_that_own_crds_do_not_serve() -> None:
    assert [("value-not-allowed", ("apiVersion",))] == judge_own("v0")


def test_unknown_rules_are_not_passed_over() -> None:
    verdict = own_judge()(an_object("example.com", "v1beta1", "Shop", spec={"port": 1}))
    assert ("meshctl does not know the CEL rule `self.size != 7` of Shop",) == verdict.not_checked
    assert verdict.is_accepted


@pytest.mark.parametrize("crd", [{}, {"spec": 1}, {"spec": {"versions": [1, {"served": True}]}}])
def test_odd_crds_do_no_harm(crd) -> None:
    for schema in convert(crd):
        Judge(Schemas([schema]))(an_object("", "None", "", spec=1))
