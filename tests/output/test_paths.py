"""Code hosts get paths from the top of the repository, wherever meshctl runs."""

import io
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.output.findings.formats import render
from meshctl.output.paths import named_from_top
from meshctl.settings import Settings

TEXT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nmetadata: {name: a}\n"
FORMATS = ("sarif", "github", "gitlab", "junit", "markdown")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "deploy" / "mesh" / "a.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(TEXT)
    return tmp_path


def written(name: str, path: str, root: str = "") -> str:
    out = io.StringIO()
    render(name, analyze([path], Settings(root=root)), out)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("here", [".", "deploy", "deploy/mesh"])
def test_the_directory_with_git_is_the_top(
    name: str, here: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".git").mkdir()
    monkeypatch.chdir(repository / here)
    text = written(name, ".")
    assert "deploy/mesh/a.yaml" in text
    assert str(repository) not in text


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_a_build_server_says_what_the_top_is(
    variable: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "deploy" / ".git").mkdir()
    monkeypatch.setenv(variable, str(repository))
    monkeypatch.chdir(repository / "deploy")
    assert "file=deploy/mesh/a.yaml" in written("github", "mesh")


def test_the_user_knows_better(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / ".git").mkdir()
    monkeypatch.chdir(repository)
    assert "file=mesh/a.yaml" in written("github", "deploy", str(repository / "deploy"))


def test_a_file_of_no_repository_is_named_from_here(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "deploy")
    assert "file=mesh/a.yaml" in written("github", "mesh")


def test_what_no_file_is_called_stays(repository: Path) -> None:
    for name in ("a" * 5_000, "a\0b", "<standard input>"):
        assert name == named_from_top(name, str(repository))
