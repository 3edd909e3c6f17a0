"""Whatever goes wrong ends in exit code 2 and one sentence; a traceback stands there with --debug."""

import subprocess
import sys
from pathlib import Path

import every_command
import pytest

from meshctl.cli import failures
from meshctl.cli.commands import analyze as command

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: x}]}\n"


def bash(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    (tmp_path / "p.yaml").write_text(POD)
    alias = f'meshctl() {{ {sys.executable} -m meshctl "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", alias + script], capture_output=True, text=True, check=False, cwd=tmp_path,
        stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("meshctl analyze - <&-", "standard input is closed"),
        ("meshctl kube-inject - <&-", "standard input is closed"),
        ("meshctl kube-inject p.yaml >&-", "standard output is closed"),
        ("meshctl kube-inject p.yaml >/dev/full", "No space left"),
        ("mkdir g; cd g; rmdir ../g; meshctl analyze .", "working directory is gone"),
        ("(ulimit -v 180000; meshctl analyze p.yaml)", "memory"),
        ("meshctl analyze no.yaml 2>&-", ""),
        ("meshctl analyze no.yaml 2>/dev/full", ""),
        ("meshctl analyze no.yaml >&- 2>&-", ""),
    ],
)
def test_streams_and_directories(script: str, said: str, tmp_path: Path) -> None:
    done = bash(script, tmp_path)
    assert 2 == done.returncode
    assert said in done.stderr
    assert done.stderr.count("\n") <= 1
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "routes .", "tls-check .", "graph .", "size .", "describe pod p .", "check-inject .",
        "generate sidecar .", "diagnose 503 .", "diff . .", "kube-inject .",
        "trace GET http://a.b/ --from p .",
    ],
)  # fmt: skip
def test_answers_for_a_part_of_the_input_alone_end_in_2(command: str, tmp_path: Path) -> None:
    assert 2 != bash(f"meshctl {command}", tmp_path).returncode or "trace" in command
    (tmp_path / "lost.yaml").write_text("kind: Pod\nmetadata: {name: [\n")
    done = bash(f"meshctl {command}", tmp_path)
    assert 2 == done.returncode
    assert "lost.yaml" in done.stderr


@pytest.mark.parametrize("script", ["meshctl analyze p.yaml <&-", "meshctl analyze p.yaml 2>&-"])
def test_what_nobody_needs_may_be_closed(script: str, tmp_path: Path) -> None:
    assert 0 == bash(script, tmp_path).returncode


PROJECTS = [
    "tool = 3 # meshctl", "[tool]\nmeshctl = 5", "[tool.meshctl]\nx = 1", "[[tool.meshctl]]\na = 1",
    "[tool.meshctl]\nignore = 5", "[tool.meshctl]\na = [[[", "a = \x00 # meshctl",
    "[tool.meshctl]\nx = " + "[" * 5000,
]  # fmt: skip
CONFIGS = [
    "a\x00b", "\udcff", "[1]", "5", "ignore: [[]]", "namespace: {a: b}", "&a [*a]", "[" * 5000,
    'baseline: "a\\0b"', 'ownership: {teams: [{name: a, directories: ["\\0"]}]}', "x: " + "n" * 9000,
    "ignore: [{rules: [x], reason: r}]", "render: [{chart: [1]}]", "a: b: c",
]  # fmt: skip
BASELINES = [
    "", "[]", "{}", '{"version": 2, "findings": ' + "[" * 100_000, '{"version": [], "findings": 5}',
    '{"version": 2, "findings": {"a": 1}}', '{"version": 2, "findings": [{"fingerprint": []}]}', "\x00",
]  # fmt: skip
ODD = [("pyproject.toml", text, []) for text in PROJECTS]
ODD += [("c.yaml", text, ["--config", "c.yaml"]) for text in CONFIGS]
ODD += [("b.json", text, ["--baseline", "b.json"]) for text in BASELINES]
ODD += [("m.yaml", text, ["--mesh-config", "m.yaml"]) for text in CONFIGS]
ODD += [("t.yaml", text, ["--crds", "t.yaml"]) for text in CONFIGS]


@pytest.mark.parametrize(("file", "text", "option"), ODD, ids=range(len(ODD)))
def test_an_odd_file_beside_the_input(file, text, option, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MESHCTL_DEBUG", raising=False)
    Path("p.yaml").write_text(POD)
    Path(file).write_bytes(text.encode(errors="surrogateescape"))
    name = "validate" if "--crds" in option else "analyze"
    done = every_command.run(name, "p.yaml", *option)
    assert done.code in {0, 2}
    assert done.err.count("\n") <= 1
    assert "defect" not in done.err
    if file != "pyproject.toml" and not text.startswith("ignore: [{"):
        assert 2 == done.code or "m.yaml" == file


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "the memory of this process"),
        (RecursionError("maximum"), "the input is nested too deep"),
        (KeyError("a\nb"), "KeyError: 'a\\nb'; this is a defect"),
        (ValueError("https://u:pass@h"), "ValueError: https://u:***@h"),
        (BrokenPipeError(32, "Broken pipe"), "the system refuses: the other end"),
        (PermissionError(13, "Permission denied", "a"), "'a' can't be used: Permission denied"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_nobody_expects(error: Exception, said: str, tmp_path: Path, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MESHCTL_DEBUG", raising=False)
    monkeypatch.setattr(command, "analyze_asked", fail)
    if isinstance(error, BrokenPipeError):  # what breaks is the pipe of another program
        monkeypatch.setattr("meshctl.cli.app.has_no_reader", lambda _: False)
    done = every_command.run("analyze", ".")
    assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
    assert done.err.startswith(f"meshctl: {said}")
    monkeypatch.setenv("MESHCTL_DEBUG", "1")
    loud = every_command.run("analyze", ".")
    assert 2 == loud.code
    assert "Traceback (most recent call last)" in loud.err
    assert "pass@" not in loud.err


def test_sentences_have_one_line() -> None:
    assert "\n" not in failures.sentence_of(ValueError("a\nb" * 500))


RELEASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n"
    "spec: {chart: {spec: {chart: a}}, valuesFrom: [{kind: {a: b}, name: [c]}]}\n"
)


def test_a_kind_may_be_anything(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MESHCTL_DEBUG", raising=False)
    odd = "apiVersion: v1\nkind: {a: b}\nmetadata: {name: istiod}\n"
    Path("a.yaml").write_text(odd)
    Path("b.yaml").write_text(f"{odd}---\n{RELEASE}")
    for name in ("analyze", "validate", "tls-check", "routes", "size"):
        assert "defect" not in every_command.run(name, "a.yaml", "b.yaml").err
