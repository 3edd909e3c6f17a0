"""What is hostile or broken ends in one clear problem, within limits, and leaves nothing running."""

import os
import shutil
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings
from meshctl.sources.rendering import programs
from meshctl.sources.rendering.charts import Helm
from meshctl.sources.rendering.kustomize import Kustomize
from meshctl.sources.rendering.release import Release

HELM = shutil.which("helm")
needs_helm = pytest.mark.skipif(HELM is None, reason="helm is not on PATH, so nothing is rendered")
needs_kustomize = pytest.mark.skipif(
    shutil.which("kustomize") is None and shutil.which("kubectl") is None,
    reason="neither kustomize nor kubectl is on PATH, so nothing is built",
)


def chart(folder: Path, template: str, values: str = "") -> Path:
    made = folder / "hostile"
    (made / "templates").mkdir(parents=True)
    (made / "Chart.yaml").write_text("apiVersion: v2\nname: hostile\nversion: 1.0.0\n")
    (made / "values.yaml").write_text(values)
    (made / "templates/a.yaml").write_text(template)
    return made


def complaint(path: Path) -> str:
    [found] = analyze([str(path)], Settings()).findings
    return f"{Path(found.location.file).name}:{found.location.line} {found.message}"


@needs_helm
@pytest.mark.parametrize(
    ("template", "place", "reason"),
    [
        ('a: b\nx: {{ fail "set the host" }}\n', "a.yaml:2 ", "set the host"),
        ('x: {{ required "which host?" .Values.host }}\n', "a.yaml:1 ", "which host?"),
        (
            '{{ define "r" }}{{ include "r" . }}{{ end }}\nx: {{ include "r" . }}',
            "a.yaml:2 ",
            "at <",
        ),
        ("a: b\nx: {{ .Values.\n", "a.yaml:2 ", "unexpected"),
        ("kind: A\na: [\n", "a.yaml:", "YAML"),
    ],
)
def test_a_chart_that_refuses_is_one_finding_at_the_line(
    tmp_path: Path, template: str, place: str, reason: str
) -> None:
    said = complaint(chart(tmp_path, template))
    assert (True, True, True) == (said.startswith(place), reason in said, len(said) < 700), said


@needs_helm
def test_an_endless_chart_is_ended(tmp_path: Path) -> None:
    loops = "{{ range until 60000 }}" * 3 + "{{ end }}" * 3
    release = Release(chart(tmp_path, loops), "hostile", "hostile")
    assert HELM is not None
    rendered = Helm(HELM).render(release, seconds=1)
    assert ["took more than 1 s"] == [one.message.rpartition(": ")[2] for one in rendered.problems]


@needs_helm
def test_values_that_are_too_large_are_refused(tmp_path: Path) -> None:
    assert "larger than the maximum" in complaint(chart(tmp_path, "a: b", f"x: {'y' * 6_000_000}"))


def test_a_link_out_of_the_chart_is_not_followed(tmp_path: Path) -> None:
    made = chart(tmp_path, 'x: {{ .Files.Get "secret" }}')
    (tmp_path / "secret").write_text("a secret")
    (made / "secret").symlink_to(tmp_path / "secret")
    rendered = Helm("no-such-helm").render(Release(made, "hostile", "hostile"))
    assert [True] == [
        "secret is a link to a place outside" in one.message for one in rendered.problems
    ]


def test_a_pipe_in_a_chart_is_not_read(tmp_path: Path) -> None:
    made = chart(tmp_path, "a: b")
    os.mkfifo(made / "templates/pipe.yaml")
    rendered = Helm("no-such-helm").render(Release(made, "hostile", "hostile"))
    assert [True] == ["no ordinary file" in one.message for one in rendered.problems]


@needs_kustomize
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("resources: [../loop]\n", "it lists itself"),
        ("resources: ['github.com/example/x//base?ref=v1']\n", "needs the network"),
        ("resources: ['../../../../../../etc']\n", ""),
        ("resources: ['" + "x" * 5_000 + "']\n", ""),
        ("helmCharts: [{name: x, repo: 'https://example.test'}]\n", "helmCharts"),
    ],
)
def test_a_hostile_kustomization_is_one_finding(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop/kustomization.yaml").write_text(text)
    said = complaint(tmp_path)
    assert (True, True) == (said.startswith("kustomization.yaml:1 "), reason in said), said


def test_a_kustomization_that_aliases_blow_up_is_not_built(tmp_path: Path) -> None:
    levels = "abcdefg"
    lines = [f"  {a}: &{a} [{', '.join([f'*{b}'] * 10)}]" for b, a in pairwise(levels)]
    first = f"  a: &a [{', '.join('x' * 10)}]"
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
    (tmp_path / "bomb.yaml").write_text(head + "\n".join([first, *lines]))
    (tmp_path / "kustomization.yaml").write_text("resources: [bomb.yaml]\n")
    rendered = Kustomize("no-such-kustomize").render(tmp_path, "overlay")
    assert ["aliases blow bomb.yaml up, and an API server refuses it"] == [
        one.message.rpartition(": ")[2] for one in rendered.problems
    ]


def test_output_beyond_the_limit_ends_the_program(tmp_path: Path) -> None:
    endless = "import sys\nwhile True: sys.stdout.write('x' * 9999)"
    run = programs.run([sys.executable, "-c", endless], str(tmp_path), max_output=1_000_000)
    assert ("wrote more than 1,000,000 bytes", True) == (run.failure, len(run.output) <= 1_000_000)


def test_errors_beyond_the_limit_are_cut(tmp_path: Path) -> None:
    loud = "import sys\nsys.stderr.write('x' * 999_999); sys.exit(3)"
    run = programs.run([sys.executable, "-c", loud], str(tmp_path))
    assert ("x" * 64_000, True) == (run.errors, bool(run.failure))


def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    start = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\ntime.sleep(600)"
    )
    run = programs.run([sys.executable, "-c", start], str(tmp_path), seconds=3)
    assert "took more than 3 s" == run.failure
    assert _is_gone(int(run.output))


def _is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_environment_of_a_user_stays_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("KUBECONFIG", "/home/someone/.kube/config")
    show = "import os; print('SECRET_TOKEN' in os.environ, os.environ['KUBECONFIG'])"
    run = programs.run([sys.executable, "-c", show], str(tmp_path))
    assert f"False {os.devnull}\n" == run.output.decode()
