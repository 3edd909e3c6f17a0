"""The files of other ecosystems are what those take, by their own tools where these can be had."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from meshctl import __version__

ROOT = Path(__file__).parents[2]
SCRIPTS = ("packaging/install", "packaging/analyze")


def tool(name: str) -> str:
    """Find a tool beside the interpreter or on the PATH; the test is skipped, aloud, without it."""
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is not installed, so what it judges is not judged")
    return found


def judge(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def action() -> dict:
    return yaml.safe_load((ROOT / "action.yml").read_text())


def component() -> tuple[dict, dict]:
    spec, jobs = yaml.safe_load_all((ROOT / "templates/meshctl/template.yml").read_text())
    return spec["spec"]["inputs"], jobs


def test_the_action_fits_its_schema() -> None:
    judge(tool("check-jsonschema"), "--builtin-schema", "vendor.github-actions", "action.yml")


def test_the_component_fits_its_schema(tmp_path: Path) -> None:
    inputs, _ = component()
    text = (ROOT / "templates/meshctl/template.yml").read_text().partition("\n---\n")[2]
    for name, said in inputs.items():
        text = text.replace(f"$[[ inputs.{name} ]]", (said or {}).get("default", "x") or "x")
    (tmp_path / "ci.yml").write_text(text)
    assert "$[[" not in text
    judge(
        tool("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", str(tmp_path / "ci.yml")
    )


def test_the_dockerfile_is_well_made() -> None:
    judge(tool("hadolint"), "Dockerfile")


def test_the_scripts_are_well_made() -> None:
    judge(tool("shellcheck"), *SCRIPTS)


def test_the_formula_is_ruby() -> None:
    judge(tool("ruby"), "-c", "packaging/homebrew/meshctl.rb")


def test_the_manifest_of_krew_is_taken_by_krew(tmp_path: Path) -> None:
    validator = tool("validate-krew-manifest")
    (tmp_path / "mesh.yaml").write_text(filled_manifest(tmp_path))
    judge(validator, "-manifest", str(tmp_path / "mesh.yaml"), "-skip-install")


def test_no_input_is_read_as_code() -> None:
    steps = action()["runs"]["steps"]
    assert ["bash"] * len(steps) == [step["shell"] for step in steps]
    assert [] == [step["run"] for step in steps if "${{" in step["run"]]
    assert [] == [step for step in steps if "uses" in step]
    _, jobs = component()
    for job in jobs.values():
        assert [] == [line for line in job["script"] if "$[[" in line]
        assert {False} == {one["expand"] for one in job["variables"].values()}
    texts = [*(step["run"] for step in steps), *((ROOT / file).read_text() for file in SCRIPTS)]
    assert [] == [text for text in texts if re.search(r"\beval\b", text)]


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    stages = [line.split() for line in lines if line.startswith("FROM ")]
    users = [line for line in lines if line.startswith("USER ")]
    assert ["build", "renderers", "slim", "tools"] == [one[3] for one in stages if len(one) > 2]
    assert ["FROM", "slim"] == stages[-1]
    assert "USER 65532:65532" == users[0] == users[-1]
    assert f"ARG VERSION={__version__}" in lines


def test_the_image_gets_all_that_an_install_reads() -> None:
    kept = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert [] == [name for name in kept if not (ROOT / name).exists()]
    packed = re.findall(
        r'^"(\S+)" = "meshctl/', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert set(packed) <= set(kept)


def filled_manifest(tmp_path: Path) -> str:
    archive = tmp_path / "kubectl-mesh-linux-amd64.tar.gz"
    with tarfile.open(archive, "w:gz"):
        pass
    code = "import release, sys, pathlib; print(release.krew_manifest([pathlib.Path(sys.argv[1])]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(archive)],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'packaging'}:{ROOT}"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_manifest_of_krew_names_the_archives(tmp_path: Path) -> None:
    manifest = yaml.safe_load(filled_manifest(tmp_path))
    (platform,) = manifest["spec"]["platforms"]
    assert ("Plugin", "mesh", f"v{__version__}") == (
        manifest["kind"],
        manifest["metadata"]["name"],
        manifest["spec"]["version"],
    )
    assert {"os": "linux", "arch": "amd64"} == platform["selector"]["matchLabels"]
    assert platform["uri"].endswith("kubectl-mesh-linux-amd64.tar.gz")
    assert re.fullmatch(r"[0-9a-f]{64}", platform["sha256"])
    assert len(manifest["spec"]["shortDescription"]) <= 50


def test_every_task_runs_whatever_files_there_are() -> None:
    """A directory ``docs/`` must not stand for the task of that name."""
    text = (ROOT / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert set(re.findall(r"^([a-z-]+):.*##", text, re.MULTILINE)) == set(" ".join(phony).split())


@pytest.mark.parametrize("file", ["README.md", "docs/ci.md", "templates/meshctl/template.yml"])
def test_recipes_name_this_version(file: str) -> None:
    named = re.findall(r"\bv(\d+\.\d+\.\d+)\b", (ROOT / file).read_text())
    assert {__version__} == set(named)
