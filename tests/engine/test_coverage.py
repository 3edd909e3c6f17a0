"""Everything that istioctl and Kiali find has a rule, or a reason for having none."""

import csv
import os
import re
from pathlib import Path

import pytest

from meshctl.engine.catalog.codes import ISTIOCTL, KIALI
from meshctl.engine.catalog.coverage import WITHOUT_RULE, coverage
from meshctl.engine.registry import load_all

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the catalogues are not in {SHARED}: nothing was compared"
)


def claimed() -> set[str]:
    return {code for rule in load_all() for code in rule.equivalents}


def test_every_code_has_a_rule_or_a_reason() -> None:
    assert {*ISTIOCTL, *KIALI} == claimed() | set(WITHOUT_RULE)


def test_no_code_with_a_rule_has_a_reason_for_having_none() -> None:
    assert set() == claimed() & set(WITHOUT_RULE)


def test_every_row_says_something() -> None:
    assert [] == [row.code for row in coverage() if not row.rules and not row.differs]


def test_reasons_and_differences_name_rules_that_exist() -> None:
    rules = {rule.id for rule in load_all()}
    named = re.compile(r"\b[a-z]+(?:-[a-z]+)*/[a-z]+(?:-[a-z0-9]+)+\b")
    families = {rule.family for rule in load_all()}
    texts = [row.differs for row in coverage()]
    found = {name for text in texts for name in named.findall(text)}
    assert set() == {name for name in found if name.partition("/")[0] in families} - rules


@needs_data
def test_the_list_of_istioctl_is_complete() -> None:
    with (SHARED / "data/istio-tables/messages.csv").open(newline="") as file:
        expected = {row["code"] for row in csv.DictReader(file)}
    assert expected == set(ISTIOCTL)


@needs_data
def test_the_list_of_kiali_is_complete() -> None:
    tables = (SHARED / "docs/kiali.md").read_text().partition("## Retired")[0]
    cells = [line.split("|")[1] for line in tables.splitlines() if line.startswith("| KIA")]
    expected = {
        f"KIA{number}" for cell in cells for number in re.findall(r"\b(?:KIA)?(\d{4})", cell)
    }
    assert expected | {"GWAPI"} == set(KIALI)


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_every_format_names_every_code(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    from meshctl.cli.commands.rule import run

    run(output=output, compare=True)
    printed = capsys.readouterr().out
    assert [] == [row.code for row in coverage() if row.code not in printed]
