"""The steps of action.yml and of the GitLab component, run as a runner would run them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BROKEN = "apiVersion: rbac.istio.io/v1alpha1\nkind: RbacConfig\nmetadata:\n  name: default\n"
HOSTILE = "$(touch broken) `touch broken`; touch broken #"


class Runner:
    """A machine with a repository, where meshctl is this working tree's."""

    def __init__(self, home: Path) -> None:
        self.work, self.temp = home / "work", home / "temp"
        self.output, self.summary = home / "output", home / "summary"
        self.work.mkdir()
        (self.temp / "meshctl" / "bin").mkdir(parents=True)
        for name, words in (("meshctl", "-m meshctl"), ("python", "")):
            program = self.temp / "meshctl" / "bin" / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
            program.chmod(0o755)
        (self.work / "mesh.yaml").write_text(BROKEN)

    def analyze(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the step ``analyze`` with the defaults of action.yml below the inputs."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        step = next(one for one in action["runs"]["steps"] if one.get("id") == "analyze")
        given = {name: said["default"] for name, said in action["inputs"].items()} | inputs
        given.pop("token")
        passed = {
            variable: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
            for variable, value in step["env"].items()
        }
        self.output.write_text("")
        self.summary.write_text("")
        return self.bash(
            step["run"], GITHUB_ACTION_PATH=str(ROOT), RUNNER_TEMP=str(self.temp),
            GITHUB_OUTPUT=str(self.output), GITHUB_STEP_SUMMARY=str(self.summary), **passed,
        )  # fmt: skip

    def bash(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script as a runner does: ``bash -e -o pipefail``."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.work, env={**kept, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.output.read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_findings_are_annotated_counted_and_summed_up(runner: Runner) -> None:
    done = runner.analyze()
    assert 1 == done.returncode, done.stderr
    assert done.stdout.startswith("::error file=mesh.yaml,line=2,")
    assert {"errors": "1", "warnings": "0", "infos": "0", "sarif": "meshctl.sarif"} == (
        runner.outputs()
    )
    assert "removed-istio-kind" in runner.summary.read_text()
    assert "2.1.0" == json.loads((runner.work / "meshctl.sarif").read_text())["version"]


FIXABLE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts:
    - cart
  http:
    - timeOut: 5s
      route:
        - destination:
            host: cart
"""
TOKEN = "t0k3n"  # noqa: S105 - nobody's
SUGGESTED = {"path": "mesh.yaml", "side": "RIGHT", "line": 10}


class GitHub(BaseHTTPRequestHandler):
    """Knows one pull request, with the lines of its diff and what was said about it."""

    patch = "@@ -1,4 +8,3 @@ spec:\n     - cart\n   http:\n+    - timeOut: 5s"
    comments: ClassVar[list[dict[str, Any]]] = []
    refuses: ClassVar[bool] = False
    reviews: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        is_files = self.path.startswith("/repos/shop/mesh/pulls/7/files?")
        files = [{"filename": "mesh.yaml", "patch": self.patch}, {"filename": "logo.png"}]
        self.answer(200, files if is_files else self.comments)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/repos/shop/mesh/pulls/7/reviews" and not self.refuses:
            self.reviews.append(asked)
        self.answer(403 if self.refuses else 200, {})

    def answer(self, code: int, body: object) -> None:
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def github() -> Iterator[type[GitHub]]:
    class Fresh(GitHub):
        comments: ClassVar[list[dict[str, Any]]] = []
        reviews: ClassVar[list[dict[str, Any]]] = []

    server = HTTPServer(("127.0.0.1", 0), Fresh)
    Fresh.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Fresh
    server.shutdown()
    thread.join()
    server.server_close()


def suggested(runner: Runner, github: type[GitHub]) -> str:
    """Run both steps on a mesh that can be mended, and give what the second said."""
    (runner.work / "mesh.yaml").write_text(FIXABLE)
    (runner.work / ".git").mkdir(exist_ok=True)
    done = runner.analyze(suggest="true", args="--whole-mesh")
    assert 1 == done.returncode, done.stderr
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    step = next(one for one in action["runs"]["steps"] if one["name"] == "Suggest fixes")
    assert {"GITHUB_TOKEN", "PULL_REQUEST", "HEAD"} == set(step["env"])
    said = runner.bash(
        step["run"], GITHUB_ACTION_PATH=str(ROOT), RUNNER_TEMP=str(runner.temp),
        GITHUB_API_URL=github.address, GITHUB_REPOSITORY="shop/mesh", GITHUB_TOKEN=TOKEN,
        PULL_REQUEST="7", HEAD="abc",
    )  # fmt: skip
    assert 0 == said.returncode, said.stderr
    return said.stdout


def test_fixes_are_suggested_in_a_review(runner: Runner, github: type[GitHub]) -> None:
    assert "suggestions: 1 given, 0 left out\n" == suggested(runner, github)
    (review,) = github.reviews
    assert ("COMMENT", "abc") == (review["event"], review["commit_id"])
    (comment,) = review["comments"]
    body = comment.pop("body")
    assert SUGGESTED == comment
    assert "`schema/unknown-field`" in body
    assert body.endswith("```suggestion\n    - timeout: 5s\n```")
    github.comments.append({**comment, "body": body})
    assert "suggestions: 0 given, 1 left out\n" == suggested(runner, github)
    assert 1 == len(github.reviews)


def test_lines_outside_of_the_diff_are_left_out(runner: Runner, github: type[GitHub]) -> None:
    github.patch = "@@ -1 +11,2 @@\n       route:\n         - destination:"
    assert "suggestions: 0 given, 1 left out\n" == suggested(runner, github)
    assert [] == github.reviews


def test_a_token_that_may_not_write_is_a_warning(runner: Runner, github: type[GitHub]) -> None:
    github.refuses = True
    assert "::warning::GitHub didn't take the suggestions: 403 " in suggested(runner, github)


def test_options_are_taken_one_a_line(runner: Runner) -> None:
    (runner.work / "two words").mkdir()
    (runner.work / "mesh.yaml").rename(runner.work / "two words" / "mesh.yaml")
    done = runner.analyze(paths="two words/\n\n", args="--fail-on\nnever\n", sarif="out.sarif")
    assert (0, "1") == (done.returncode, runner.outputs()["errors"]), done.stderr
    assert "out.sarif" == runner.outputs()["sarif"]


@pytest.mark.parametrize("name", ["paths", "args", "sarif"])
def test_inputs_are_never_code(runner: Runner, name: str) -> None:
    runner.analyze(**{name: HOSTILE})
    assert not (runner.work / "broken").exists()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"paths": " \n"}, "the input paths is empty"),
        ({"sarif": "a\nerrors=0"}, "the input sarif names one file"),
        ({"paths": "missing.yaml"}, "missing.yaml"),
    ],
    ids=["no path", "two lines", "no file"],
)
def test_what_cannot_be_done_ends_with_2(runner: Runner, inputs: dict[str, str], said: str) -> None:
    done = runner.analyze(**inputs)
    assert (2, True) == (done.returncode, said in done.stderr), done.stderr
    assert {} == runner.outputs()


def test_a_path_that_looks_like_an_option_is_a_path(runner: Runner) -> None:
    done = runner.analyze(paths="--version")
    assert 2 == done.returncode
    assert "--version" in done.stderr


def test_the_component_writes_the_widget(runner: Runner) -> None:
    jobs = list(yaml.safe_load_all((ROOT / "templates/meshctl/template.yml").read_text()))[1]
    (job,) = jobs.values()
    script = job["script"][-1].replace("/tmp/meshctl/bin", str(runner.temp / "meshctl" / "bin"))
    done = runner.bash(script, INPUT_PATHS=f"mesh.yaml\n{HOSTILE}", INPUT_ARGS="")
    assert 2 == done.returncode
    assert not (runner.work / "broken").exists()
    done = runner.bash(script, INPUT_PATHS=".", INPUT_ARGS="--fail-on=never")
    assert 0 == done.returncode, done.stderr
    (found,) = json.loads((runner.work / "gl-code-quality-report.json").read_text())
    assert "mesh.yaml" == found["location"]["path"]
