"""Only what a change adds is reported: both revisions are read, and nothing is checked out."""

import subprocess
from pathlib import Path

import pytest

from meshctl.engine.live import compare_files
from meshctl.errors import InputError
from meshctl.settings import Rendering, Settings
from meshctl.sources.git_revision import earlier
from meshctl.sources.loader import load

POLICY = """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: {name}, namespace: shop}}
spec: {{mtls: {{mode: {mode}}}}}
"""


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh/old.yaml").write_text(POLICY.format(name="default", mode="OLD"))
    git("init", "-q")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-qm", "first")
    return tmp_path


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True)


def added(*paths: str) -> list[str]:
    settings = Settings()
    with earlier("HEAD", paths, Rendering()) as before:
        report, _ = compare_files(before, load(paths), settings)
    return [f"{found.location.file}:{found.location.line}" for found in report.findings]


def test_what_was_wrong_already_is_not_told(repository: Path) -> None:
    text = POLICY.format(name="default", mode="NEW").replace("shop", "till")
    (repository / "mesh/new.yaml").write_text(text)
    assert ["mesh/new.yaml:4"] == added("mesh")


def test_moved_lines_and_files_are_nothing_new(repository: Path) -> None:
    text = (repository / "mesh/old.yaml").read_text()
    (repository / "mesh/old.yaml").rename(repository / "mesh/moved.yaml")
    (repository / "mesh/moved.yaml").write_text(f"# moved\n\n{text}")
    assert [] == added("mesh")


def test_a_directory_that_is_new_is_new_as_a_whole(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "next").mkdir()
    (repository / "next/a.yaml").write_text(POLICY.format(name="next", mode="NEW"))
    monkeypatch.chdir(repository / "mesh")
    assert ["../next/a.yaml:4"] == added("../next")


def test_what_is_mended_is_nothing_new(repository: Path) -> None:
    (repository / "mesh/old.yaml").write_text(POLICY.format(name="default", mode="STRICT"))
    assert [] == added("mesh")


def test_a_revision_that_is_none_is_said(repository: Path) -> None:
    with pytest.raises(InputError), earlier("no-such", ["mesh"], Rendering()):
        pass


def test_a_path_outside_of_the_repository_is_refused(repository: Path) -> None:
    with (
        pytest.raises(InputError, match="not in the repository"),
        earlier("HEAD", ["/"], Rendering()),
    ):
        pass
