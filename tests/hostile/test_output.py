"""Nothing of a mesh commands a terminal, a log, a page or a comment, in any command and format."""

import json
import re
from pathlib import Path

import every_command
import meshes
import pytest

from meshctl.output.markdown import escaped
from meshctl.words import message_lines, visible

FORGED = (
    "e\x9b31m\x7f\x1b]0;pwned\x07\x1b[31m\u202e\u200b\n::error file=README.md,line=1::forged\r\n"
    "::stop-commands::tok\n##vso[task.complete result=Failed;]x\n##[add-mask]y\n@octo-org/team #1 "
    "![i](http://evil.example/i.png) [l](javascript:x) <img src=x onerror=alert(1)>`|&lt;"
)
NAME = "n\n::error::PWN @octo <b>"
FILE = "evil\n::error::name <img src=x> @octo-org.yaml"
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
COMMAND = re.compile(r"^\s*::", re.MULTILINE)
OURS = re.compile(r"^::(?:error|warning|notice) file=(?:mesh|old/mesh|tests|evil)", re.MULTILINE)
ANYWHERE = re.compile(r"##(?:vso|teamcity)?\[")
FENCES = re.compile(
    r"^(`{3,})\w*\n.*?^\1$|(?<!`)(`+)(?!`)[^\n]+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
)
LINES = [
    line for command in every_command.RECIPES for line in every_command.lines(command)
    if line[0] != "generate"
]  # fmt: skip


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("hostile")
    meshes.write_mesh(
        directory, text=FORGED, name=NAME, secret="s" * 9, bearer="Bearer x1" + "y" * 9
    )
    twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nmetadata: {name: b}\n"
    (directory / FILE).write_text(twice)
    return directory


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_nothing_is_obeyed(line: list[str], mesh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mesh)
    done = every_command.run(*line)
    assert done.code in {0, 1}, done.err
    texts = [done.err] if every_command.writes_manifests(line) else [done.out, done.err]
    for text in texts:
        assert not CONTROLS.search(text)
        left = OURS.sub("", text) if line[-1] == "github" else text
        assert not COMMAND.search(left)
        assert not ANYWHERE.search(text)
    if line[-1] in {"markdown", "html", "svg"}:
        shown = FENCES.sub("", done.out) if line[-1] == "markdown" else done.out
        assert "<img" not in shown
        assert not re.search(r"@\w", shown.replace("@media", "")) or line[-1] != "markdown"
        assert "](" not in shown or line[-1] != "markdown"


def test_json_keeps_its_values(mesh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mesh)
    found = json.loads(every_command.run("routes", ".", "-o", "json").out)
    assert "##vso[" in json.dumps(found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\u2236:error::x"), ("a::b", "a::b"), ("  ::x", "  \u2236:x"),
        ("a ##vso[x", "a #\u266fvso[x"), ("## heading", "## heading"), ("a\x1b", "a\u241b"),
    ],
)  # fmt: skip
def test_visible(text: str, shown: str) -> None:
    assert shown == visible(text)
    assert len(text) == len(shown)


def test_every_line_of_a_message_is_tamed() -> None:
    assert ["a", "\u2236:error::b"] == message_lines("a\n::error::b")


@pytest.mark.parametrize(
    "text", ["@octo/team", "see #1", "https://evil.example", "www.evil.example", "a@b.c"]
)
def test_markdown_links_nothing(text: str) -> None:
    assert not re.search(r"@\w|#\d|://|www\.", escaped(text).replace("&#", ""))
