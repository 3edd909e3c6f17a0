"""The nearest config file holds; a wrong one is explained in one sentence."""

from datetime import date
from pathlib import Path

import jsonschema  # noqa: TID253 - the oracle
import pytest

from meshctl.cli.options.shared import MeshFlags, SourceFlags, settings_from
from meshctl.config.discover import discover
from meshctl.config.file import config_schema, read_settings
from meshctl.errors import ConfigError
from meshctl.settings import IgnoreEntry, Settings
from meshctl.yaml.reader import parse_one

FULL = """\
docs-url: https://docs.example.com/rules
namespace: shop
select: [gateway, IST0101]
fail-on: warning
whole-mesh: true
mesh-config: mesh.yaml
baseline: known.json
ignore:
  - rules: [gateway/host-without-route]
    paths: [legacy/]
    namespaces: [old]
    reason: it goes away with the old shop
    expires: 2030-06-30
"""


def written(tmp_path: Path, text: str, name: str = ".meshctl.yaml") -> Path:
    file = tmp_path / name
    file.write_text(text)
    return file


def test_every_setting_is_read_and_files_lie_beside_the_config(tmp_path: Path) -> None:
    file = written(tmp_path, FULL)
    expected = Settings(
        namespace="shop",
        default_namespace="shop",
        select=("gateway", "IST0101"),
        fail_on="warning",
        whole_mesh=True,
        mesh_config=str(tmp_path / "mesh.yaml"),
        baseline=str(tmp_path / "known.json"),
        ignores=(
            IgnoreEntry(
                ("gateway/host-without-route",), ("legacy/",), ("old",),
                "it goes away with the old shop", date(2030, 6, 30),
            ),
        ),
        docs_url="https://docs.example.com/rules",
        config_file=str(file),
    )  # fmt: skip
    assert expected == read_settings(file)


def test_the_schema_takes_what_the_reader_takes() -> None:
    jsonschema.validate(parse_one(FULL), config_schema())


def test_a_table_of_pyproject_is_read_too(tmp_path: Path) -> None:
    file = written(tmp_path, '[tool.meshctl]\nnamespace = "shop"\n', "pyproject.toml")
    assert "shop" == read_settings(file).namespace


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, "# nothing yet\n")
    assert Settings(config_file=str(file)) == read_settings(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nmespace: shop\n", "there is no setting 'nmespace'; did you mean namespace?"),
        ("colour: red\n", "there is no setting 'colour'; the settings are baseline"),
        (
            "fail-on: sometimes\n",
            'fail-on: this is "sometimes"; it has to be one of "error", "warning", "info", "never"',
        ),
        ("ignore: [{rules: [gateway]}]\n", ":1:11: ignore.0.reason: this is missing"),
        (
            "ignore: [{rules: [], reason: x}]\n",
            "ignore.0.rules: this is empty; it has to hold something",
        ),
        ("ignore: [{rules: [a], reason: ''}]\n", "ignore.0.reason: this is empty"),
        ("ignore: [{rules: a, reason: b}]\n", 'ignore.0.rules: this is "a", but a list is taken'),
        (
            "ignore: [{rules: [a], reason: b, expires: soon}]\n",
            ".expires: this is no date; write one as",
        ),
        (
            "render: [{chart: a, set: {b: 1}}]\n",
            "render.0.set.b: this is 1, but text is taken; put it in",
        ),
        ("whole-mesh: maybe\n", 'whole-mesh: this is "maybe", but true or false is taken'),
        (
            "docs-url: javascript:alert(1)\n",
            "docs-url: this is 'javascript:alert(1)', and no address",
        ),
        (
            "docs-url: 'https://x/\"><b>'\n",
            "and no address; write one such as https://docs.example",
        ),
        ("docs-url: 5\n", "docs-url: this is 5, but text is taken"),
        ("- a\n", "the file"),
        ("a: [\n", ":1:4: a value is missing here"),
        ("select: []\nselect: [gateway]\n", ":2:1: "),
        ("\tselect: []\n", ":1:1: a tab cannot indent YAML"),
    ],
)
def test_a_wrong_file_is_one_clear_sentence(tmp_path: Path, text: str, message: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        read_settings(file)
    assert message in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)
    assert "nput should" not in str(error.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the config file"):
        settings_from(SourceFlags(config=str(tmp_path / "nothing.yaml")))


def test_the_nearest_file_wins_and_a_repository_ends_the_search(tmp_path: Path) -> None:
    below = tmp_path / "repository" / "manifests" / "shop"
    below.mkdir(parents=True)
    outside = written(tmp_path, "")
    assert outside == discover(below)
    (tmp_path / "repository" / ".git").mkdir()
    assert discover(below) is None
    project = written(tmp_path / "repository", "[tool.meshctl]\n", "pyproject.toml")
    assert project == discover(below)
    near = written(below.parent, "")
    assert near == discover(below)


@pytest.mark.parametrize("text", ["[tool.other]\n", "tool.meshctl [", ""])
def test_a_pyproject_of_others_is_passed_over(tmp_path: Path, text: str) -> None:
    written(tmp_path, text, "pyproject.toml")
    (tmp_path / ".git").mkdir()
    assert discover(tmp_path) is None


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    file = str(written(tmp_path, FULL))
    settings = settings_from(
        SourceFlags(config=file, default_namespace="bank"),
        MeshFlags(whole_mesh=False),
        fail_on=None,
    )
    assert ("bank", "warning", False) == (
        settings.namespace, settings.fail_on, settings.whole_mesh
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select: []\nfail-on: always\n", ":2:10: fail-on: "),
        (
            "ignore:\n- rules: [a]\n  reason: x\n  until: 5\n",
            ":4:3: there is no setting 'ignore.0.until'",
        ),
        ("whole-mesh: [1]\n", ":1:1: whole-mesh: "),
        ("5\n", ":1:1: the file: "),
    ],
)
def test_mistakes_have_a_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / ".meshctl.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_settings(file)
    assert f"{file}{said}" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail-on = "always"\n', ":4:11: fail-on: "),
        ("whole-mesh = 3\nselect = []\n", ":4:14: whole-mesh: "),
        ("nmespace = 'shop'\n", ":4:1: there is no setting 'nmespace'; did you mean namespace?"),
        ("select = [\n  'gateway', # these\n  5,\n]\nbaseline = 7\n", ":4:10: select.1: "),
        ("ignore = [{rules = ['a'], reasn = 'x', reason = 'y'}]\n", ":4:27: there is no setting"),
        (
            "".join(
                f"[[tool.meshctl.ignore]]\nrules = {one}\nreason='x'\n" for one in ("['a']", 5)
            ),
            ":8:9: ignore.1.rules: ",
        ),
        (
            "[tool.meshctl.ownership]\nteam = []\n",
            ":5:1: there is no setting 'ownership.team'; did you mean teams?",
        ),
        ("ownership.platform = 1\n", ":4:22: ownership.platform: "),
        ('text = """\nselect = 5\n"""\n', ":4:1: there is no setting 'text'"),
    ],
)
def test_mistakes_in_toml_have_a_place_too(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(f'[project]\nname = "shop"\n[tool.meshctl]\n{text}')
    with pytest.raises(ConfigError) as error:
        read_settings(file)
    assert f"{file}{said}" in str(error.value)


def test_the_number_of_mistakes_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, "whole-mesh: x\nfail-on: 3\n")
    with pytest.raises(ConfigError, match=r"\(2 mistakes in all\)"):
        read_settings(file)
