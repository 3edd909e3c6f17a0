"""Only what a change adds is reported: both revisions are read, and nothing is checked out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from meshctl.engine.live import compare_files
from meshctl.errors import InputError
from meshctl.settings import Rendering, Settings
from meshctl.sources.git_revision import earlier, ends_of, load_revision
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
    with (
        pytest.raises(InputError, match="git has no revision 'no-such'"),
        earlier("no-such", ["mesh"], Rendering()),
    ):
        pass


def test_what_a_revision_lacks_is_told_without_words_of_git(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="revision 'HEAD' has no 'mes'; the path counts from"):
        load_revision("git:HEAD:mes")
    with pytest.raises(InputError, match="git has no revision 'HEED'"):
        load_revision("git:HEED:mesh")
    monkeypatch.chdir(tmp_path_factory.mktemp("none"))
    with pytest.raises(InputError, match="this directory is in no git repository"):
        load_revision("git:HEAD:mesh")


def test_a_path_outside_of_the_repository_is_refused(repository: Path) -> None:
    with (
        pytest.raises(InputError, match="not in the repository"),
        earlier("HEAD", ["/"], Rendering()),
    ):
        pass


def commit(message: str) -> None:
    git("add", "-A")
    git("-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-qm", message)


@pytest.mark.parametrize(
    ("revisions", "ends"),
    [
        ("HEAD~1", ("HEAD~1", None)), ("a..b", ("a", "b")), ("a..", ("a", "HEAD")),
        ("..b", ("HEAD", "b")),
    ],
)  # fmt: skip
def test_a_range_has_two_ends(revisions: str, ends: tuple[str, str | None]) -> None:
    assert ends == ends_of(revisions)


def test_a_range_with_three_dots_begins_where_a_branch_left(repository: Path) -> None:
    git("branch", "base")
    (repository / "mesh/new.yaml").write_text("a: b\n")
    commit("second")
    first, last = ends_of("base...HEAD")
    known = subprocess.run(["git", "rev-parse", "base"], capture_output=True, check=True, text=True)
    assert (known.stdout.strip(), "HEAD") == (first, last)


@pytest.mark.parametrize(("place", "path"), [("", "mesh"), ("mesh", "."), ("mesh", "../mesh")])
def test_two_revisions_are_compared_without_what_is_there_today(
    repository: Path, monkeypatch: pytest.MonkeyPatch, place: str, path: str
) -> None:
    (repository / "mesh/new.yaml").write_text(POLICY.format(name="next", mode="NEW"))
    commit("second")
    (repository / "mesh/new.yaml").unlink()
    (repository / "mesh/later.yaml").write_text(POLICY.format(name="later", mode="LATER"))
    monkeypatch.chdir(repository / place)
    done = subprocess.run(
        [sys.executable, "-m", "meshctl", "analyze", "--select", "schema", path, "--since", "HEAD~1..HEAD", "-o", "json"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    files = [one["location"]["file"] for one in json.loads(done.stdout)["findings"]]
    assert [str(Path(path) / "new.yaml")] == files
    assert "1 finding new since HEAD~1..HEAD" in done.stderr


def test_ignores_of_the_config_file_hold_in_a_revision(repository: Path) -> None:
    (repository / ".meshctl.yaml").write_text(
        "ignore: [{rules: [schema], paths: [mesh/], reason: known}]\n"
    )
    (repository / "mesh/new.yaml").write_text(POLICY.format(name="next", mode="NEW"))
    commit("second")
    done = subprocess.run(
        [sys.executable, "-m", "meshctl", "analyze", "--select", "schema", ".", "--since", "HEAD~1..HEAD"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert (0, True) == (done.returncode, "0 findings new" in done.stderr)


def test_clusters_are_told_apart_in_both_revisions(repository: Path) -> None:
    for name in ("east", "west"):
        (repository / name).mkdir()
        (repository / name / "a.yaml").write_text(POLICY.format(name="default", mode="OLD"))
    commit("second")
    (repository / "west/b.yaml").write_text(POLICY.format(name="next", mode="NEW"))
    done = subprocess.run(
        [
            sys.executable, "-m", "meshctl", "analyze", "--select", "schema", "--since", "HEAD", "-o", "json",
            "--cluster-name", "east=east", "--cluster-name", "west=west",
        ],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    found = [
        (one["location"]["file"], one["clusters"]) for one in json.loads(done.stdout)["findings"]
    ]
    assert [("west/b.yaml", ["west"])] == found
