"""A real editor shows the findings, follows a host, and ignores a finding with a reason."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lsp.test_findings import PORT, ROUTES, SERVICE

pytestmark = pytest.mark.skipif(
    shutil.which("nvim") is None, reason="Neovim is not installed: apt-get install neovim"
)


def test_neovim_is_served(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "routes.yaml").write_text(ROUTES)
    line = ROUTES.split("\n")[7]
    column = len(line[: line.index("bakery")].encode("utf-16-le")) // 2 + 1
    done = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-c", f"luafile {Path(__file__).parent}/nvim.lua"],
        capture_output=True, text=True, check=False, timeout=120,
        env={
            **os.environ, "ROOT": str(tmp_path), "PYTHON": sys.executable, "LINE": "7",
            "COLUMN": str(column), "MESHCTL_DEBUG": "", "XDG_STATE_HOME": str(tmp_path / ".state"),
            "XDG_CACHE_HOME": str(tmp_path / ".cache"),
        },
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["first"] == [f"8 {PORT}"]
    assert "bakery.town.svc.cluster.local" in said["hover"]
    assert said["definition"] == "service.yaml:3"
    assert said["action"] == f"Ignore {PORT} here, with a reason"
    assert said["after"] == []
    assert said["text"] == f"    # meshctl: ignore[{PORT}] say why"
