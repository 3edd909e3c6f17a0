"""A phrase that people have leads to the rule that is about it, in Istio's words."""

import pytest

from meshctl.engine.catalog.phrases import PHRASES, needs_of
from meshctl.engine.catalog.search import search_rules
from meshctl.errors import UsageError


@pytest.mark.parametrize(
    ("phrase", "rule"),
    [
        ("sticky session", "destination-rule/session-split-by-weight"),
        ("sticky sessions", "destination-rule/session-split-by-weight"),
        ("session affinity", "destination-rule/cookie-never-set"),
        ("retry", "virtual-service/timeout-cuts-retries"),
        ("circuit breaker", "destination-rule/outlier-detection-degenerate"),
        ("canary", "canary/target-not-found"),
        ("rate limit", "envoy-filter/names-missing-cluster"),
        ("timeout", "virtual-service/outer-timeout-is-shorter"),
        ("mtls", "destination-rule/mutual-tls-to-pod-without-sidecar"),
        ("jwt", "authorization-policy/token-never-checked"),
        ("load balancing", "destination-rule/deprecated-load-balancer"),
        ("fault injection", "virtual-service/fault-disables-retry"),
        ("mirroring", "virtual-service/mirror-of-itself"),
        ("health check", "workload/probe-refused-by-strict"),
        ("Why does my Timeout not work", "virtual-service/outer-timeout-is-shorter"),
        ("IST0101", "virtual-service/destination-host-not-found"),
        ("fixedDelay", "virtual-service/delay-injected"),
    ],
)
def test_a_phrase_finds_its_rule(phrase: str, rule: str) -> None:
    found = search_rules(phrase)
    assert found.is_whole
    assert rule in [one.id for one in found.rules]


def test_part_of_a_phrase_is_better_than_nothing_and_said() -> None:
    found = search_rules("cors max age")
    assert not found.is_whole
    assert found.rules[0].id == "virtual-service/cors-preflight-lost"


def test_an_injected_fault_is_no_default() -> None:
    ids = [one.id for one in search_rules("fault injection").rules]
    assert "sidecar/several-namespace-defaults" not in ids
    assert len(ids) < 20


def test_what_no_rule_speaks_of_is_an_error() -> None:
    for word in ("quux", "nope"):  # the gateway of a network opens connections: networ-k ope-ns
        with pytest.raises(UsageError, match=f"no rule speaks of '{word}'"):
            search_rules(word)


@pytest.mark.parametrize("phrase", PHRASES)
def test_each_phrase_of_the_table_is_read_as_one(phrase: str) -> None:
    assert 1 == len([*needs_of(phrase)])


@pytest.mark.parametrize(
    "phrase", sorted({*PHRASES} - {"max age"})
)  # known so that "max" finds nothing
def test_each_phrase_of_the_table_finds_rules(phrase: str) -> None:
    assert search_rules(phrase).is_whole
