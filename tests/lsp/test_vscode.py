"""The extension for VS Code has its types, chooses its program, and is packed."""

import subprocess
import zipfile
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / "editors" / "vscode"
pytestmark = pytest.mark.skipif(
    not (HOME / "node_modules").is_dir(), reason="the extension needs npm: make vscode"
)


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_extension_is_sound(script: str) -> None:
    done = subprocess.run(
        ["npm", "run", script], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_extension_is_packed() -> None:
    done = subprocess.run(
        ["npm", "run", "package"], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = zipfile.ZipFile(HOME / "meshctl.vsix").namelist()
    own = sorted(name for name in names if name.startswith("extension/"))
    assert own == [
        "extension/changelog.md", "extension/dist/extension.js", "extension/package.json",
        "extension/readme.md",
    ]  # fmt: skip
