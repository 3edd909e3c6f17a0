"""What a VirtualService rule cannot know is said once, with the reason, and is no finding."""

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

VIRTUAL_SERVICE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.example.com]
  gateways: [edge/public]
  http:
    - match: [{uri: {prefix: /a}}]
      delegate: {name: part, namespace: team}
    - route: [{destination: DESTINATION}]
"""
SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 8080}, {name: admin, port: 9090}]}
"""


def gaps(tmp_path, rule: str, text: str) -> list[str]:
    file = tmp_path / "mesh.yaml"
    file.write_text(text)
    report = analyze([str(file)], Settings(select=(f"virtual-service/{rule}",)))
    assert report.findings == ()
    return [gap.reason for gap in report.not_checked]


@pytest.mark.parametrize(
    ("rule", "destination", "expected"),
    [
        (
            "destination-host-not-found",
            "{host: web}",
            "the input may lack Services of namespace shop",
        ),
        (
            "destination-host-not-found",
            "{host: a.test}",
            "the input may lack ServiceEntries of names",
        ),
        (
            "destination-subset-not-found",
            "{host: web, subset: v1}",
            "the input may lack DestinationRules of namespace shop",
        ),
        ("delegate-broken", "{host: web}", "the input may lack VirtualServices of namespace team"),
    ],
)
def test_what_is_not_in_the_input_is_a_gap(tmp_path, rule, destination, expected) -> None:
    text = VIRTUAL_SERVICE.replace("DESTINATION", destination)
    (reason,) = gaps(tmp_path, rule, text)
    assert reason.startswith(expected)


def test_the_ports_of_an_unknown_gateway_are_a_gap(tmp_path) -> None:
    text = VIRTUAL_SERVICE.replace("DESTINATION", "{host: web}") + SERVICE
    expected = ["Gateway edge/public is not in the input, nor are its ports"]
    assert expected == gaps(tmp_path, "destination-port-missing", text)


def test_too_many_pairs_are_a_gap(tmp_path) -> None:
    rules = "".join(
        f"    - {{match: [{{headers: {{n: {{exact: '{n}'}}}}}}], route: []}}\n" for n in range(150)
    )
    head, _, _ = VIRTUAL_SERVICE.partition("    - match")
    (reason,) = gaps(tmp_path, "rule-shadowed", head + rules)
    assert reason == "more than 10000 pairs of matches in VirtualService shop/web"
