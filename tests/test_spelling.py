"""A misspelt name stands for a known one only where no other one is as likely."""

import pytest

from meshctl.spelling import only_close, same_but_for_signs, spelt_otherwise


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("V-1", ["v1", "v2"], "v1"),
        ("shopApi", ["shop-api"], "shop-api"),
        ("v3", ["v1", "v2"], ""),
        ("v10", ["v1.0"], ""),
        ("1-1", ["11"], ""),
        ("v1", ["V1", "v-1"], ""),  # either may be meant
    ],
)
def test_a_sign_between_digits_tells_names_of_objects_apart(
    name: str, known: list[str], meant: str
) -> None:
    assert spelt_otherwise(name, known) == meant


def test_case_and_signs_do_not_tell_names_apart() -> None:
    assert same_but_for_signs("Load_Balancer", ["loadBalancer", "tls"]) == "loadBalancer"
    assert same_but_for_signs("round-robin", ["ROUND_ROBIN", "RANDOM"]) == "ROUND_ROBIN"
    assert same_but_for_signs("loadBalance", ["loadBalancer"]) == ""
    assert same_but_for_signs("a-b", ["ab", "a_b"]) == ""


def test_a_close_name_counts_where_it_is_the_only_one() -> None:
    assert only_close("loadBalance", ["loadBalancer", "tls"]) == "loadBalancer"
    assert only_close("httpport", ["http-port", "http-ports"]) == "http-port"
    assert only_close("web-3", ["web-1", "web-2"]) == ""
    assert only_close("grpc", ["metrics"]) == ""
