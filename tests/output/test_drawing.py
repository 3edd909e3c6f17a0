"""What a terminal of 80 columns shows: tables that fit, and no word that is broken."""

import io
import re
import sys

import pytest

from meshctl.engine.catalog.documentation import find_rules
from meshctl.output.catalog.rules import write_list, write_rule
from meshctl.output.lines import write_lines
from meshctl.output.table import write_table
from meshctl.output.watch import Screen

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
HOST = "orders.shop.svc.cluster.local:8080"
NARROW = [
    ("shop/orders", "injected", "the namespace label istio-injection=enabled matches it " * 2)
]
WIDE = [("shop/orders", HOST, "shop/orders", "DestinationRule shop/orders", "conflict", "-", HOST)]


def drawn(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    out = Screen()
    write_table(columns, rows, out)
    return ESCAPE.sub("", out.getvalue())


@pytest.mark.parametrize(
    ("columns", "rows"),
    [(("workload", "verdict", "why"), NARROW), (tuple("abcdefg"), WIDE)],
    ids=["folded", "stacked"],
)
def test_a_table_fits_and_breaks_no_word(
    columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    text = drawn(columns, rows)
    assert max(map(len, text.splitlines())) <= 80
    words = {word for row in rows for cell in row for word in cell.split() if word != "-"}
    assert words <= set(text.split())


def test_colours_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in (("always", True), ("never", False)):
        out = Screen()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setenv("MESHCTL_COLOR", value)
        write_table(("result",), [("conflict",)], out)
        assert expected == ("\x1b[1;31m" in out.getvalue())


def test_a_pipe_gets_one_line_a_row_and_no_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)  # an import of it would fail
    out = io.StringIO()
    write_table(tuple("abcdefg"), WIDE, out)
    assert 2 == len(out.getvalue().splitlines())


def test_lines_hang_below_their_first_words() -> None:
    out = Screen()
    write_lines(["  note: " + "some words that are many " * 5], out)
    first, *rest = ESCAPE.sub("", out.getvalue()).splitlines()
    assert first.startswith("  note: ")
    assert rest
    assert all(line.startswith("      ") and len(line) <= 80 for line in rest)


def test_examples_of_a_rule_are_framed_and_can_be_copied() -> None:
    (rule,) = find_rules("virtual-service/catch-all-not-last")
    out = Screen()
    write_rule(rule, "kind: Service\nmetadata: {name: web}\n", "kind: Service\n", out)
    lines = [line.strip() for line in ESCAPE.sub("", out.getvalue()).splitlines()]
    at = lines.index("metadata: {name: web}")
    assert "kind: Service" == lines[at - 1]
    titles = [line.strip("─ ") for line in lines if line.startswith("─")]
    assert ["Reported", "Fine"] == [title for title in titles if title]


ROUTES = [
    (
        "shop-ingress/gateway-of-the-shop",
        "-",
        f"{name}.svc.cluster.local",
        "prefix /",
        f"90 % {name}.svc.cluster.local:80",
        "a.yaml:1",
    )
    for name in ("cart.shop", "stock.shop")
]


def test_what_all_rows_have_in_common_stands_above_a_table_with_short_hosts() -> None:
    columns = ("gateway", "routes of", "host", "takes", "does", "written at")
    lines = drawn(columns, ROUTES).splitlines()
    assert [
        "gateway: shop-ingress/gateway-of-the-shop",
        "takes: prefix /",
        "written at: a.yaml:1",
    ] == lines[:3]
    assert lines[3].split() == ["HOST", "DOES"]
    assert [line.split()[0] for line in lines[4:]] == ["cart.shop", "stock.shop"]


def test_a_stacked_row_shows_all_of_a_long_cell() -> None:
    weights = ", ".join(f"{share} % reviews.bookshop.svc.cluster.local:9080" for share in (90, 10))
    text = drawn(("host", "does", "more"), [(HOST * 2, weights, HOST * 2)])
    assert 2 == text.count("reviews.bookshop.svc.cluster.local:9080")


@pytest.mark.parametrize("rows", [NARROW, WIDE], ids=["table", "stacked"])
def test_without_colours_nothing_is_bold_or_dim(
    rows: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    out = Screen()
    write_table(tuple("abcdefg")[: len(rows[0])], rows, out)
    assert "\x1b" not in out.getvalue()


def test_rules_fit_a_terminal() -> None:
    rules = find_rules("virtual-service")
    out = Screen()
    write_list(rules, out)
    for rule in rules:
        write_rule(rule, "", "", out)
    text = ESCAPE.sub("", out.getvalue())
    long = [line for line in text.splitlines() if len(line) > 80]
    assert [] == [line for line in long if " " in line.strip() and "  (" not in line]
    assert all(rule.id in text for rule in rules)
