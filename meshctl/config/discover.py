"""Finds the config file that holds here: the nearest .meshctl.yaml, or pyproject.toml."""

from pathlib import Path

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
    text = project.read_bytes()
    if b"tool.meshctl" not in text:
        return False
    import tomllib  # noqa: PLC0415 - seldom needed

    try:
        return "meshctl" in tomllib.loads(text.decode("utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False  # another tool's file; its own tools complain about it
