"""What a command imports decides how fast it starts."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "pydantic",
    "jsonschema",
    "httpx",
    "kubernetes",
    "rich",
    "cryptography",
    "asyncio",
    "multiprocessing",
}
SMALL = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """Top-level modules in sys.modules when the command ends."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=open('modules', 'w')))\n"
        f"sys.argv = ['meshctl', *{arguments!r}]\n"
        "from meshctl.cli.app import main\n"
        "main()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    names = (tmp_path / "modules").read_text().split()
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("analyze", "small.yaml")], ids=lambda a: a[0]
)
def test_light_commands_import_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    assert imported(tmp_path, *arguments) & HEAVY == set()


def test_version_and_help_read_no_yaml(tmp_path: Path) -> None:
    assert "yaml" not in imported(tmp_path, "--version") | imported(tmp_path, "--help")
