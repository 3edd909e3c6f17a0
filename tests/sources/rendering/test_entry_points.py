"""What Argo CD and Flux install from the repository is rendered as they would, or not at all."""

from pathlib import Path

import pytest

from meshctl.sources.loader import load
from meshctl.sources.rendering.entry_points import read

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: till}
spec:
  destination: {namespace: shop}
  source:
    path: charts/till
    helm:
      valueFiles: VALUES
      values: |
        mode: STRICT
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "charts/till").mkdir(parents=True)
    (tmp_path / "charts/till/Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 1.0.0\n")
    (tmp_path / "charts/till/live.yaml").write_text("a: b\n")
    return tmp_path


def releases(repository: Path, values: str):
    file = repository / "app.yaml"
    file.write_text(APPLICATION.replace("VALUES", values))
    return read(load([str(file)]).documents, repository).releases


def test_an_application_gives_namespace_files_and_values(repository: Path) -> None:
    [release] = releases(repository, "[live.yaml]")
    assert ("shop", (str(repository / "charts/till/live.yaml"),), {"mode": "STRICT"}) == (
        release.namespace,
        release.values,
        release.inline[0].data,
    )


@pytest.mark.parametrize("name", ["gone.yaml", "$other/live.yaml", "../../../../etc/passwd"])
def test_values_that_are_not_here_are_never_left_out(repository: Path, name: str) -> None:
    [release] = releases(repository, f"['{name}']")
    assert ((f"file {name}",), ()) == (release.missing, release.values)


@pytest.mark.parametrize(
    ("url", "count"),
    [("git@example.test:fork/Mesh.git", 1), ("https://example.test/team/other", 0), ("", 1)],
)
def test_the_same_path_of_another_repository_is_not_taken(
    repository: Path, url: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".git").mkdir()
    config = '[remote "origin"]\n\turl = https://example.test/team/mesh.git\n'
    (repository / ".git/config").write_text(config)
    text = APPLICATION.replace("    path:", f"    repoURL: '{url}'\n    path:")
    monkeypatch.setattr(f"{__name__}.APPLICATION", text)
    assert count == len(releases(repository, "[live.yaml]"))


def test_a_kind_that_is_a_mapping_installs_nothing(repository: Path) -> None:
    (repository / "odd.yaml").write_text("kind: {a: b}\napiVersion: [argoproj.io/v1]\nspec: {}\n")
    found = read(load([str(repository / "odd.yaml")]).documents, repository)
    assert ((), ()) == (found.releases, found.directories)
