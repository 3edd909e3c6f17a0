"""What is written reaches every kind of standard output."""

import os
import subprocess
import sys
from pathlib import Path

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
