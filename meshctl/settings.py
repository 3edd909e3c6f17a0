"""What did the user ask for? Defaults, then the file, then the environment, then the flags."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class IgnoreEntry:
    """One ``ignore`` entry of the config file; an empty tuple does not narrow.

    ``rules`` are ids, families, globs or codes; ``paths`` gitignore patterns.
    """

    rules: tuple[str, ...]
    paths: tuple[str, ...]
    namespaces: tuple[str, ...]
    reason: str
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what an analysis does."""

    namespace: str = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    whole_mesh: bool = False
    mesh_config: str | None = None
    baseline: str | None = None
    ignores: tuple[IgnoreEntry, ...] = ()
    config_file: str | None = None
    """The file the settings were read from; its directory anchors ``paths``."""
