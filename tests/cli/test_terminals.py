"""What is written reaches every kind of standard output."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: a-rule-with-a-name, namespace: a-namespace-with-a-name}
spec:
  host: a-service-with-a-name.a-namespace-with-a-name.svc.cluster.local
  trafficPolicy: {tls: {mode: DISABLE}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: a-namespace-with-a-name}
spec: {mtls: {mode: STRICT}}
"""
NAMESPACE = "apiVersion: rbac.istio.io/v1alpha1\nkind: RbacConfig\nmetadata: {name: caf\u00e9}\n"


def test_an_ascii_terminal_gets_escapes_instead_of_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(NAMESPACE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "meshctl", "analyze", "a.yaml"],
        cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True,
        check=False,
    )  # fmt: skip
    assert (1, b"") == (done.returncode, done.stderr)
    assert b"caf\\xe9" in done.stdout


def on_a_terminal(command: list[str], directory: Path) -> list[str]:
    """Run a command on a terminal of 80 columns, and give its lines without colours."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "meshctl", *command],
        cwd=directory, stdin=slave, stdout=slave, stderr=slave,
        env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(slave)
    written = b""
    with suppress(OSError):  # Linux ends a terminal that nobody holds by an error
        while part := os.read(master, 65_536):
            written += part
    process.wait()
    os.close(master)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode()).splitlines()


@pytest.mark.parametrize(
    "command",
    [
        ["rule", "policy"],
        ["size", "."],
        ["tls-check", "."],
        ["diagnose", "UF", "."],
        ["describe", "nosuch", "-f", "."],
        ["proxy-status", "--kubeconfig", "nowhere/there/is/no/such/file/of/a/cluster/at/all.yaml"],
    ],
)
def test_every_line_fits_a_terminal_and_no_table_is_empty(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "a.yaml").write_text(NAMESPACE, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(ROUTE, encoding="utf-8")
    lines = on_a_terminal(command, tmp_path)
    assert [] == [line for line in lines if len(line) > 80]
    assert not any(line.startswith(("PROXY", "CLIENT")) for line in lines)


@pytest.mark.parametrize("command", [["rule", "policy"], ["diff", ".", "."]])
def test_headings_are_coloured(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "a.yaml").write_text(NAMESPACE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "meshctl", *command, "--color", "always"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert b"\x1b[1m" in done.stdout
