"""Does a secret value of a manifest come out anywhere?"""

from pathlib import Path

import every_command
import meshes
import pytest

from meshctl.cli.command_table import COMMANDS

SECRET, BEARER = "canary-Hunter2!", "Bearer canary9TOKEN88"
LINES = [
    line
    for command in every_command.RECIPES
    for line in every_command.lines(command)
    if not every_command.writes_manifests(line)
]


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("secrets")
    meshes.write_mesh(directory, text="text", name="named", secret=SECRET, bearer=BEARER)
    return directory


def test_every_command_is_run() -> None:
    others = every_command.NO_CLUSTER | every_command.WITHOUT_FILES | every_command.SERVERS
    assert set(COMMANDS) - others == set(every_command.RECIPES)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_command_shows_a_secret(
    line: list[str], mesh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mesh)
    done = every_command.run(*line)
    assert done.out, done.err
    shown = done.out + done.err
    assert "canary" not in shown
    assert "8675309" not in shown


def test_no_baseline_shows_one(mesh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mesh)
    every_command.run("analyze", ".", "--update-baseline", "b.json")
    assert "canary" not in (mesh / "b.json").read_text()


@pytest.mark.parametrize(
    "text", ["password: @x", "password: 'x", "p: {x", "  - x\n p: x", "a: !x y"]
)
def test_a_secret_that_cannot_be_read_shows_no_value(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = text.replace("x", "canary-Hunter2")
    head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n"
    Path("a.yaml").write_text(f"{head}  ok: canary-first\n  {broken}\n  ok: canary\n  : ]\n")
    for name in every_command.formats("analyze"):
        done = every_command.run("analyze", "a.yaml", "-o", name)
        assert 1 == done.code
        assert "canary" not in done.out
