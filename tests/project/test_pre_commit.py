"""The hook works in a repository of somebody else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REMOVED = "apiVersion: rbac.istio.io/v1alpha1\nkind: RbacConfig\nmetadata:\n  name: default\n"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"

pytestmark = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="pre-commit installs hooks from git repositories alone"
)


def environment(home: Path) -> dict[str, str]:
    """Let the hook's environment be built from what is installed here, without a network."""
    site_packages = next(path for path in sys.path if path.endswith("site-packages"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "PRE_COMMIT_HOME": str(home),
        "PYTHONPATH": site_packages,
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this variable the other way round
        "NO_COLOR": "1",
    }


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the hook as it is in this working tree, committed or not."""
    target = tmp_path_factory.mktemp("hooks")
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    git(target, "init", "-q")
    git(target, "add", "--all")
    git(target, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "hook")
    return target


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, check=True, capture_output=True, text=True
    )
    return done.stdout


def try_repo(hooks: Path, tmp_path: Path, manifest: str) -> subprocess.CompletedProcess[str]:
    repository = tmp_path / "repository"
    (repository / "manifests").mkdir(parents=True)
    (repository / "manifests" / "mesh.yaml").write_text(manifest)
    git(repository, "init", "-q")
    git(repository, "add", ".")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "meshctl-analyze",
         "--all-files", "--verbose"],
        cwd=repository, env=environment(tmp_path / "home"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_hook_fails_on_an_error_and_names_the_line(hooks: Path, tmp_path: Path) -> None:
    done = try_repo(hooks, tmp_path, REMOVED)
    assert 1 == done.returncode, done.stdout + done.stderr
    assert "removed-istio-kind" in done.stdout
    assert "manifests/mesh.yaml:2:7" in done.stdout


def test_the_hook_passes_when_nothing_is_wrong(hooks: Path, tmp_path: Path) -> None:
    done = try_repo(hooks, tmp_path, NAMESPACE)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "Passed" in done.stdout
