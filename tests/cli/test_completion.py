"""TAB completes in real shells: each is started in a terminal and gets the key pressed.

A shell that is not installed is skipped, and the skip says so.
"""

import os
import pty
import select
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 60.0
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source {script}"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; source {script}"),
    "fish": (["fish", "--no-config", "-i"], "source {script}"),
}
MESH = """\
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger, namespace: bank}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: '$(touch broken)', namespace: bank}
"""
KUBECONFIG = "contexts: [{name: staging, context: {}}]\n"
PRESSED = (
    ("meshctl check-i\t", "check-inject"),
    ("meshctl analyze --select gateway/port-prot\t", "analyze --select gateway/port-protocol-conflict"),
    ("meshctl analyze -o sar\t", "analyze -o sarif"),
    ("meshctl describe svc ord\t", "describe svc orders.shop"),
    ("meshctl describe statefuls\t", "describe statefulset"),
    ("meshctl analyze -n ba\t", "analyze -n bank"),
    ("meshctl proxy-status --context sta\t", "proxy-status --context staging"),
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with a mesh, a kubeconfig, and a meshctl that notes how it is called."""
    (tmp_path / "mesh.yaml").write_text(MESH)
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(KUBECONFIG)
    command = tmp_path / "bin" / "meshctl"
    command.parent.mkdir()
    command.write_text(
        "#!/bin/sh\n"
        f'[ -n "$_MESHCTL_COMPLETE" ] && exec "{sys.executable}" -m meshctl "$@"\n'
        f'echo "$@" >> "{tmp_path}/called"\n'
    )
    command.chmod(0o755)
    return tmp_path


@contextmanager
def terminal(command: list[str], home: Path) -> Iterator[int]:
    """Start a shell in a terminal of its own; gives the end that the keyboard is at."""
    pid, keyboard = pty.fork()
    if pid == 0:
        os.chdir(home)
        kept = {name: os.environ[name] for name in ("LANG", "PYTHONPATH") if name in os.environ}
        kept.setdefault("PYTHONPATH", str(ROOT))
        environment = {
            **kept, "PATH": f"{home}/bin:{os.environ['PATH']}", "HOME": str(home), "TERM": "dumb",
            "PS1": "> ",
        }  # fmt: skip
        os.execvpe(command[0], command, environment)  # noqa: S606 - a shell is what is tested
    try:
        yield keyboard
    finally:
        os.close(keyboard)
        os.waitpid(pid, 0)


def shown(keyboard: int, seconds: float) -> None:
    """Take what the shell shows until it is quiet for some time."""
    while select.select([keyboard], [], [], seconds)[0]:
        try:
            os.read(keyboard, 65536)
        except OSError:
            return


def press(keyboard: int, keys: str, called: Path, lines: int) -> None:
    """Type keys, let the completion come, press enter, and wait until the command was called."""
    before, _, after = keys.partition("\t")
    os.write(keyboard, before.encode())
    shown(keyboard, 0.5)
    os.write(keyboard, b"\t" + after.encode())
    select.select([keyboard], [], [], LONGEST)
    shown(keyboard, 1.0)
    os.write(keyboard, b"\n")
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        shown(keyboard, 0.2)
        if called.exists() and len(called.read_text().splitlines()) > lines:
            return


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes(home: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed: nobody pressed TAB in it")
    command, load = SHELLS[shell]
    script = ROOT / "completions" / f"meshctl.{shell}"
    called = home / "called"
    with terminal(command, home) as keyboard:
        shown(keyboard, 2.0)
        os.write(keyboard, (load.format(script=script) + "\n").encode())
        shown(keyboard, 2.0)
        for number, (keys, _) in enumerate(PRESSED):
            press(keyboard, keys, called, number)
    assert [expected for _, expected in PRESSED] == [
        line.strip() for line in called.read_text().splitlines()
    ]
    assert not (home / "broken").exists()
