"""``--debug`` tells on standard error where the time of any command went."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MESH = str(Path(__file__).parents[1] / "inspect/meshes/bakery.yaml")
LINE = re.compile(r"( *)([a-z ]+): (\d+) ms")
COMMANDS = {
    "analyze": (("analyze", MESH, "--fail-on", "never"), {"files", "rules", "output"}),
    "validate": (("validate", MESH, "--fail-on", "never"), {"files", "rules", "output"}),
    "tls-check": (("tls-check", MESH), {"files", "mesh"}),
    "routes": (("routes", MESH), {"files", "mesh"}),
    "describe": (("describe", "svc", "oven.bakery", MESH), {"files", "mesh"}),
    "kube-inject": (("kube-inject", MESH), set()),
    "version": (("version", "--client"), set()),
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "meshctl", *words], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_stages_make_up_the_total_and_leave_the_output_alone(command: str) -> None:
    words, stages = COMMANDS[command]
    plain, told = run(*words), run(*words, "--debug")
    assert (plain.stdout, plain.returncode) == (told.stdout, told.returncode)
    found = [LINE.fullmatch(line) for line in told.stderr.splitlines()]
    top = {one[2]: int(one[3]) for one in found if one is not None and not one[1]}
    assert {"start", "total", *stages} <= top.keys()
    total = top.pop("total")
    assert abs(sum(top.values()) - total) <= len(found)  # each is rounded


def test_the_flag_may_stand_before_the_command() -> None:
    told = run("--debug", "version", "--client").stderr
    assert 1 == told.count("start: ")
    assert 1 == told.count("total: ")
    assert "" == run("version", "--client").stderr
