"""How the config file says who owns what."""

from pathlib import Path

import pytest

from meshctl.config.file import read_settings
from meshctl.errors import ConfigError
from meshctl.settings import Ownership, Team

FILE = """\
ownership:
  platform: [istio-*]
  teams:
  - name: shop
    namespaces: [shop]
    directories: [teams/shop]
    hosts: ["*.shop.example.com"]
    gateways: []
  - name: bank
"""


def test_teams_are_read(tmp_path: Path) -> None:
    file = tmp_path / ".meshctl.yaml"
    file.write_text(FILE)
    shop = Team(
        "shop", ("shop",), (str(tmp_path / "teams/shop"),), ("*.shop.example.com",), ()
    )  # fmt: skip
    expected = Ownership(("istio-*",), (shop, Team("bank")))
    assert expected == read_settings(file).ownership


def test_there_are_none_without_the_section(tmp_path: Path) -> None:
    file = tmp_path / ".meshctl.yaml"
    file.write_text("fail-on: warning\n")
    assert Ownership() == read_settings(file).ownership


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ownership: {teams: [{namespaces: [a]}]}", r"ownership\.teams\.0\.name"),
        ("ownership: {team: []}", r"no setting 'ownership\.team'"),
        ("ownership: {teams: [{name: a, host: [b]}]}", r"no setting 'ownership\.teams\.0\.host'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / ".meshctl.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_settings(file)
