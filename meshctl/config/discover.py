"""Finds the config file that holds here: the nearest .meshctl.yaml, or pyproject.toml."""

from pathlib import Path

from meshctl.errors import ConfigError
from meshctl.regular_files import read_bytes

NAMES = (".meshctl.yaml", ".meshctl.yml")


def discover(start: Path) -> Path | None:
    """Walk from a directory to the root; the nearest file wins, and a repository ends the walk."""
    for directory in (start, *start.parents):
        for name in NAMES:
            if (directory / name).is_file():
                return directory / name
        project = directory / "pyproject.toml"
        if project.is_file() and _has_table(project):
            return project
        if (directory / ".git").exists():
            return None
    return None


def _has_table(project: Path) -> bool:
    try:
        text = read_bytes(project)
    except OSError:
        return False
    if b"meshctl" not in text:
        return False
    import tomllib  # noqa: PLC0415 - seldom needed

    try:
        tool = tomllib.loads(text.decode("utf-8")).get("tool")
    except (ValueError, RecursionError) as error:
        if b"[tool.meshctl" not in text:
            return False  # another tool's file; its own tools complain about it
        raise ConfigError(f"{project} has settings of meshctl and is no TOML: {error}") from None
    return isinstance(tool, dict) and "meshctl" in tool
