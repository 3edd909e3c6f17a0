"""Do the rules find what Istio's own analyzers find? The 76 cases of release 1.31.

Each case runs one analyzer over its files and expects codes with the object they are about, and
nothing else of that analyzer. Here the rules run that have one of the analyzer's codes among their
equivalents and belong to its families. A case is equal, or `deviations.yaml` says exactly what is
missing and what is more, and why. As in the original the input is the whole cluster, objects
without a namespace stay without one, and the default ingress gateway is there.
"""

import csv
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all, load_family
from meshctl.engine.report import LocatedFinding
from meshctl.settings import Settings

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/istio-analyzers"
TABLES = SHARED / "data/istio-tables"
LISTED = yaml.safe_load((Path(__file__).parent / "deviations.yaml").read_text())
DEVIATIONS: dict[str, dict[str, Any]] = LISTED["cases"]
FAMILIES = {
    "annotations": ("resource",),
    "applicationUID": ("workload",),
    "auth": ("authorization_policy",),
    "authn": ("workload",),
    "conditions": ("resource",),
    "deployment": ("workload",),
    "deprecation": ("virtual_service", "sidecar", "custom_resource_definition"),
    "destinationrule": ("destination_rule",),
    "envoyfilter": ("envoy_filter",),
    "externalcontrolplane": ("webhook_configuration",),
    "gateway": ("gateway",),
    "injection": ("namespace", "workload"),
    "k8sgateway": ("policy", "custom_resource_definition"),
    "meshnetworks": ("config_map",),
    "service": ("service",),
    "serviceentry": ("service_entry",),
    "services": ("service",),
    "sidecar": ("sidecar",),
    "telemetry": ("telemetry",),
    "virtualservice": ("virtual_service",),
    "webhook": ("webhook_configuration",),
}
# IST0101 says "not found" of anything, so that some analyzers need their rules by name.
RULES = {
    "gateway.ConflictingGatewayAnalyzer": (
        "gateway/port-protocol-conflict", "gateway/tls-host-duplicated", "gateway/tls-mode-mismatch",
        "gateway/host-of-another-gateway", "gateway/selector-matches-no-workload",
    ),
    "virtualservice.DestinationHostAnalyzer": (
        "virtual-service/destination-host-not-found", "virtual-service/destination-port-missing",
        "virtual-service/destination-port-not-found",
        "virtual-service/mesh-rules-skipped-at-gateway",
    ),
    "virtualservice.DestinationRuleAnalyzer": ("virtual-service/destination-subset-not-found",),
    "virtualservice.GatewayAnalyzer": (
        "virtual-service/gateway-not-found", "virtual-service/host-not-served",
        "virtual-service/gateway-without-its-hosts", "virtual-service/generated-gateway",
    ),
}  # fmt: skip
DEFAULT_INGRESS = """
apiVersion: v1
kind: Pod
metadata:
  name: istio-ingressgateway-dummypod
  namespace: istio-system
  labels: {istio: ingressgateway}
spec: {containers: [{name: istio-proxy}]}
---
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  ports:
    - {name: http, port: 80}
    - {name: https, port: 443}
    - {name: tcp, port: 31400}
    - {name: tls, port: 15443}
"""

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the cases of Istio are not in {DATA}: nothing was compared"
)


class Expected(NamedTuple):
    code: str
    kind: str
    namespace: str
    name: str


def cases() -> list[dict[str, Any]]:
    return json.loads((DATA / "cases.json").read_text())["cases"] if DATA.is_dir() else []


@cache
def codes_of(analyzer: str) -> frozenset[str]:
    with (TABLES / "messages.csv").open(newline="") as file:
        return frozenset(
            row["code"] for row in csv.DictReader(file) if analyzer in row["emitted_by_analyzer"]
        )


def rules_for(analyzer: str) -> tuple[str, ...]:
    codes = codes_of(analyzer)
    rules = [
        rule.id
        for family in FAMILIES[analyzer.partition(".")[0]]
        for rule in load_family(family)
        if codes.intersection(rule.equivalents)
    ]
    return tuple(name for name in rules if name in RULES.get(analyzer, rules))


def input_files(case: dict[str, Any], scratch: Path) -> list[str]:
    files = [str(DATA / name) for name in case["input_files"]]
    default = scratch / "ingress.yaml"
    default.write_text(DEFAULT_INGRESS)
    if case["mesh_networks_file"]:
        text = (DATA / case["mesh_networks_file"]).read_text()
        networks = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "istio", "namespace": "istio-system"},
            "data": {"meshNetworks": text},
        }
        holder = scratch / "networks.yaml"
        holder.write_text(yaml.safe_dump(networks))
        files.append(str(holder))
    return [*files, str(default)]


def found_by(case: dict[str, Any], scratch: Path) -> list[LocatedFinding]:
    rules = rules_for(case["analyzer"])
    if not rules:
        return []
    config = case["mesh_config_file"]
    settings = Settings(
        namespace="",
        select=rules,
        whole_mesh=True,
        mesh_config=str(DATA / config) if config else None,
    )
    report = analyze(input_files(case, scratch), settings)
    # The original drops equal messages on one object too.
    distinct = {
        (finding.rule, finding.resource, finding.message): finding for finding in report.findings
    }
    return list(distinct.values())


def object_of(finding: LocatedFinding) -> tuple[str, str, str]:
    resource = finding.resource
    if resource.kind == "ConfigMap":  # the original makes an object of the mesh networks
        return "MeshNetworks", resource.namespace, "meshnetworks"
    return resource.kind, resource.namespace, resource.name


def compare(case: dict[str, Any], scratch: Path) -> dict[str, list[str]]:
    """Pair findings with what is expected; give what is left over on both sides."""
    left = Counter(
        Expected(item["code"], item["kind"], item["namespace"], item["name"])
        for item in case["expected"]
    )
    more = []
    codes = codes_of(case["analyzer"])
    for finding in found_by(case, scratch):
        ours = [code for code in finding.equivalents if code in codes]
        same = [
            expected for code in ours if left[expected := Expected(code, *object_of(finding))] > 0
        ]
        if same:
            left[same[0]] -= 1
        else:
            more.append(" ".join((ours[0], *object_of(finding))))
    missing = [" ".join(expected) for expected in left.elements()]
    return {"missing": sorted(missing), "more": sorted(more)}


@needs_data
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_case_is_equal_or_a_listed_deviation(case: dict[str, Any], tmp_path: Path) -> None:
    expected = {"missing": [], "more": []}
    actual = compare(case, tmp_path)
    if case["name"] in DEVIATIONS:
        deviation = DEVIATIONS[case["name"]]
        assert deviation["reason"]
        assert deviation["reference"]
        expected = {key: sorted(deviation.get(key, [])) for key in expected}
    assert expected == actual


@needs_data
def test_deviations_are_about_cases_that_exist() -> None:
    known = {case["name"] for case in cases()}
    assert set() == set(DEVIATIONS) - known


def test_codes_that_differ_belong_to_a_rule() -> None:
    known = {code for rule in load_all() for code in rule.equivalents}
    assert [] == [code for code in LISTED["codes"] if code not in known]
    assert [] == [
        code for code, each_code in LISTED["codes"].items() if len(each_code) != 2
    ]  # both texts


@needs_data
def test_agreement_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    total = len(cases())
    apart = len(DEVIATIONS)
    with capsys.disabled():
        print(  # noqa: T201 - the agreement is what one runs this for
            f"\nIstio's analyzers: {total - apart} of {total} cases equal, {apart} deviations"
        )
    assert total > apart
