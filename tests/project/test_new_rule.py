"""`make new-rule` makes what CONTRIBUTING.md says, and overwrites nothing."""

import ast
import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("new_rule.py")


@pytest.fixture
def new_rule(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("new_rule", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for family in ("gateway", "document"):
        (tmp_path / "meshctl" / "rules" / family).mkdir(parents=True)
        (tmp_path / "meshctl" / "rules" / family / "__init__.py").touch()
    (tmp_path / "meshctl" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module.main


def test_it_makes_a_module_and_two_cases(new_rule, tmp_path, capsys) -> None:
    assert new_rule(["gateway/port-without-name"]) == 0
    module = tmp_path / "meshctl/rules/gateway/port_without_name.py"
    assert ["check"] == [
        node.name
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert "on=Gateway" in module.read_text()
    assert 'since="1.2.3"' in module.read_text()
    cases = tmp_path / "tests/rules/gateway/port_without_name"
    assert ["# expect:" in (cases / name).read_text() for name in ("bad.yaml", "good.yaml")] == [
        True, False,
    ]  # fmt: skip
    assert capsys.readouterr().out.splitlines()[0] == "meshctl/rules/gateway/port_without_name.py"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name the rule as FAMILY/NAME"),
        (["gateway"], "name the rule as FAMILY/NAME"),
        (["gateway/../../x"], "name the rule as FAMILY/NAME"),
        (["gatewy/port-without-name"], "there is no family gatewy; take one of document, gateway"),
        (["document/odd"], "found while sources are read"),
    ],
)
def test_what_it_cannot_make_is_one_sentence(new_rule, capsys, arguments, sentence) -> None:
    assert new_rule(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_it_overwrites_nothing(new_rule, tmp_path) -> None:
    assert new_rule(["gateway/port-without-name"]) == 0
    module = tmp_path / "meshctl/rules/gateway/port_without_name.py"
    module.write_text("mine")
    assert new_rule(["gateway/port-without-name"]) == 2
    assert module.read_text() == "mine"
