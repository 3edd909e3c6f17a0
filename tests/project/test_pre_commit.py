"""The hooks work in a repository of somebody else."""

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
    target = tmp_path_factory.mktemp("pre-commit") / "hooks"
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    git(target.parent, "init", "-q", "hooks")
    git(target, "add", "--all")
    git(target, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "hook")
    return target


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, check=True, capture_output=True, text=True
    )
    return done.stdout


ON_WINDOWS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {sidecar.istio.io/inject: "true"}}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop, sidecar.istio.io/inject: "true"}}
    spec:
      nodeSelector: {kubernetes.io/os: windows}
      containers: [{name: shop, image: shop}]
"""
SHOP = """\
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: till, namespace: shop}
spec:
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till, sidecar.istio.io/inject: "true"}}
    spec: {containers: [{name: till, image: till}]}
"""
UNMET = """\
tests:
  - name: nobody serves this
    request: {from: shop/till, url: "http://shop/"}
    expect: {arrives: true}
"""


def run_hook(hooks: Path, tmp_path: Path, hook: str, files: dict[str, str]) -> str:
    """Run a hook over a repository, and give what it printed after its exit code."""
    repository = tmp_path / "repository"
    config = f"repos: [{{repo: {hooks}, rev: {git(hooks, 'rev-parse', 'HEAD').strip()}, "
    config += f"hooks: [{{id: {hook}}}]}}]\n"
    for name, text in {**files, ".pre-commit-config.yaml": config}.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    git(repository, "init", "-q")
    git(repository, "add", ".")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"],
        cwd=repository, env=environment(hooks.parent / "home"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    ("hook", "files", "told"),
    [
        (
            "meshctl-analyze",
            {"manifests/mesh.yaml": REMOVED},
            ("removed-istio-kind", "manifests/mesh.yaml:2:7"),
        ),
        ("meshctl-validate", {"mesh.yaml": "apiVersion: v1\nkind: Service\n"}, ("mesh.yaml:1:1",)),
        ("meshctl-kube-inject", {"shop.yaml": ON_WINDOWS}, ("shop.yaml:9:", "sidecar-on-windows")),
        (
            "meshctl-test",
            {"requests.yaml": UNMET, "mesh.yaml": SHOP},
            ("nobody serves this",),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hook_fails_and_names_the_place(
    hooks: Path, tmp_path: Path, hook: str, files: dict[str, str], told: tuple[str, ...]
) -> None:
    printed = run_hook(hooks, tmp_path, hook, files)
    assert [] == [words for words in told if words not in printed], printed
    assert printed.startswith("1\n"), printed


def test_the_hook_passes_when_nothing_is_wrong(hooks: Path, tmp_path: Path) -> None:
    printed = run_hook(hooks, tmp_path, "meshctl-analyze", {"manifests/mesh.yaml": NAMESPACE})
    assert printed.startswith("0\n"), printed
    assert "Passed" in printed
