"""What is wrong at a place is said once, by the rule that knows most about it."""

from pathlib import Path

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

ROUTES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
spec:
  hosts: [shop]
  http:
    - route:
        - destination: {host: shop}
    - match:
        - uri: {prefix: /cart}
      route:
        - destination: {host: shop}
"""


def rules(tmp_path: Path, text: str, *select: str, alone: bool = False) -> list[str]:
    (tmp_path / "a.yaml").write_text(text)
    settings = Settings(select=select, alone=alone)
    return [finding.rule for finding in analyze([str(tmp_path)], settings).findings]


def test_a_rule_of_the_mesh_outdoes_a_warning_of_the_webhook(tmp_path) -> None:
    both = ("schema/webhook-warns", "virtual-service/catch-all-not-last")
    assert ["schema/webhook-warns"] == rules(tmp_path, ROUTES, both[0], alone=True)
    assert ["virtual-service/catch-all-not-last"] == rules(tmp_path, ROUTES, *both, alone=True)


def test_the_webhook_s_own_idea_of_dead_routes_is_for_objects_judged_alone(tmp_path) -> None:
    assert [] == rules(tmp_path, ROUTES, "schema/webhook-warns")


def test_what_is_refused_has_no_effect_in_the_mesh(tmp_path) -> None:
    text = ROUTES.replace("/cart}", "/cart}\n      wrong: 1")
    found = rules(tmp_path, text, "schema", "virtual-service/catch-all-not-last")
    assert ["virtual-service/catch-all-not-last", "schema/unknown-field"] == found
    text = """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default}
spec:
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY
    egressProxy: {host: shop}
"""
    both = ("schema", "sidecar/egress-proxy-ignored")
    assert ["sidecar/egress-proxy-ignored"] == rules(tmp_path, text, both[1])
    assert ["schema/webhook-refuses"] == rules(tmp_path, text, *both)
