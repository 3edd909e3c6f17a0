"""A misspelt name stands for a known one only where no other one is as likely."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.spelling import (
    CloseNames,
    Slips,
    Spellings,
    misspelling_of,
    only_close,
    same_but_for_signs,
    spelt_otherwise,
)
from tests.engine.test_growth import MOST, calls, exponent


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reviewz", "reviews"),
        ("reveiws", "reviews"),
        ("ratngs", "ratings"),
        ("pay-servce", "pay-service"),
    ],
)
def test_one_wrong_letter_in_a_word_is_a_slip(one: str, other: str) -> None:
    assert (other, one) == (misspelling_of(one, [other]), misspelling_of(other, [one]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orders", "order"), ("payments-api", "payment-api"), ("cart-v1", "cart-v2"), ("east", "west"),
        ("api-a", "api-b"), ("web1", "web2"), ("cart", "cart"), ("", "a"), ("cart", "cart-v2"),
    ],
)  # fmt: skip
def test_names_that_may_well_be_two_are_no_slips(one: str, other: str) -> None:
    assert (None, None) == (misspelling_of(one, [other]), misspelling_of(other, [one]))


def test_a_slip_of_two_names_means_neither() -> None:
    assert misspelling_of("ratinhs", ["ratings", "ratinds"]) is None


@given(st.lists(st.text("aB-_1", max_size=4), max_size=6), st.text("aB-_1", max_size=4))
def test_known_spellings_give_what_a_comparison_with_all_gives(known: list[str], name: str) -> None:
    spellings = Spellings(known)
    assert spelt_otherwise(name, known) == spellings.meant_by(name)
    assert (name in known) == (name in spellings)


@pytest.mark.parametrize("others", [0, 500])
def test_one_letter_is_close_among_few_and_among_many(others: int) -> None:
    known = CloseNames(["www-cert", *(f"other-{number}" for number in range(others))])
    assert ["www-cert", "www-cert", ""] == [
        known.to(name, 0.8) for name in ("www-crt", "wwv-cert", "api")
    ]


def test_many_names_are_compared_with_few_each() -> None:
    counts = []
    for size in (500, 1000, 2000):
        known = CloseNames(f"cert-{number}" for number in range(size))
        counts.append(
            calls(
                lambda known=known, size=size: [known.to(f"cart-{one}", 0.8) for one in range(size)]
            )
        )
    assert exponent(counts) <= MOST


def test_a_text_that_is_longer_than_any_name_is_not_taken_apart() -> None:
    text = "-".join(map(str, range(2000)))
    tracemalloc.start()
    assert Slips([text, "reviews"]).meant_by(f"{text}s") is None
    assert tracemalloc.get_traced_memory()[1] < 100 * len(text)
    tracemalloc.stop()
    assert Slips(["reviews"]).meant_by("reviewz") == "reviews"
