"""Every program that measures runs, each on a mesh so small that it tells nothing of speed."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"
SIZES = {
    "crowds": "findings 2 {folder}/crowd.yaml",
    "editor": "10",
    "gateway_api": "20 2",
    "generate": "20 {folder}",
    "growth": "--sizes 1,2,4 findings",
    "namespaces": "{folder}",
    "rendering": "1",
    "run": "--quick",
    "traces": "60 2",
    "webhook": "60 8",
}
PARTS = {"cost", "injection", "live_cluster", "live_proxies", "pictures"}
"""What `run` measures by."""


def test_every_program_is_run() -> None:
    assert {file.stem for file in BENCH.glob("*.py")} == set(SIZES) | PARTS


@pytest.mark.parametrize("name", sorted(SIZES))
def test_a_program_runs(name: str, tmp_path: Path) -> None:
    if name == "rendering" and shutil.which("helm") is None:
        pytest.skip("helm is not on PATH")
    arguments = [word.format(folder=tmp_path) for word in SIZES[name].split()]
    done = subprocess.run(
        [sys.executable, BENCH / f"{name}.py", *arguments],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(SIZES.keys() | PARTS))
def test_no_program_hides_a_package_that_others_import(name: str) -> None:
    """Python looks for packages beside the program first."""
    assert name not in sys.stdlib_module_names | packages_distributions().keys()
