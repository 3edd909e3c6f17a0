"""A result says by itself how much it weighs, and what to write."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

ROOT = Path(__file__).parent


@pytest.mark.parametrize(
    ("case", "severity"),
    [
        ("service/network_gateway_unreachable/address.yaml", "warning"),
        ("service/network_gateway_unreachable/server.yaml", "error"),
        ("workload/called_host_not_found/registry_only_called.yaml", "warning"),
        ("workload/called_host_not_found/registry_only_shown.yaml", "info"),
        ("workload/called_host_not_found/registry_only_past.yaml", "info"),
        ("policy/selector_of_gateway_api_pods/ingress_gateway.yaml", "info"),
        ("service/target_port_not_listed/left_port.yaml", "warning"),
        ("service/target_port_not_listed/also_served.yaml", "info"),
    ],
)
def test_a_result_weighs_what_its_facts_weigh(case: str, severity: str) -> None:
    rule = case.rpartition("/")[0].replace("_", "-")
    report = analyze([str(ROOT / case)], Settings(select=(rule,), whole_mesh=True))
    assert {severity} == {str(found.severity) for found in report.findings}


OBJECT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec: {hosts: [cart], http: [{%s}]}
"""
ROUTE = "route: [{destination: {host: cart%s}}]"


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        (
            "tiemout: 1s, " + ROUTE % "",
            "rename `spec.http[0].tiemout` of VirtualService shop/cart to `timeout`.",
        ),
        (
            "frobnicate: 1, " + ROUTE % "",
            "take `spec.http[0].frobnicate` out of VirtualService shop/cart",
        ),
        (
            "route: [{destination: {}}]",
            "add `host` to `spec.http[0].route[0].destination` of VirtualService",
        ),
        (
            ROUTE % ', port: {number: "80"}',
            "write `80` in `spec.http[0].route[0].destination.port.number`",
        ),
        ("timeout: 1, " + ROUTE % "", "`spec.http[0].timeout` of VirtualService shop/cart"),
    ],
)
def test_the_fix_of_a_schema_names_the_field_and_the_object(
    tmp_path: Path, rule: str, fix: str
) -> None:
    (tmp_path / "cart.yaml").write_text(OBJECT % rule)
    (found,) = analyze([str(tmp_path)], Settings(select=("schema",))).findings
    assert fix in str(found.fix)


def test_quotes_belong_around_what_is_written_not_around_what_was_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "apiVersion: v1\nkind: Service\n"
        "metadata: {name: cart, namespace: shop, labels: {version: 1.10}}\n"
        "spec: {ports: [{port: 80}]}\n"
    )
    found = analyze([str(file)], Settings(select=("schema/wrong-type",))).findings
    fix = "put quotes around what is written in `metadata.labels.version` of Service shop/cart."
    assert [fix] == [one.fix for one in found]
    assert [['"1.10"']] == [[edit.text for edit in one.edits] for one in found]
