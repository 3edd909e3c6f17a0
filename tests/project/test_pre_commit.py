"""The hook works in a repository of somebody else."""

import os
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


def try_repo(tmp_path: Path, manifest: str) -> subprocess.CompletedProcess[str]:
    repository = tmp_path / "repository"
    (repository / "manifests").mkdir(parents=True)
    (repository / "manifests" / "mesh.yaml").write_text(manifest)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "meshctl-analyze",
         "--all-files", "--verbose"],
        cwd=repository, env=environment(tmp_path / "home"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_hook_fails_on_an_error_and_names_the_line(tmp_path: Path) -> None:
    done = try_repo(tmp_path, REMOVED)
    assert 1 == done.returncode, done.stdout + done.stderr
    assert "removed-istio-kind" in done.stdout
    assert "manifests/mesh.yaml:2:7" in done.stdout


def test_the_hook_passes_when_nothing_is_wrong(tmp_path: Path) -> None:
    done = try_repo(tmp_path, NAMESPACE)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "Passed" in done.stdout
