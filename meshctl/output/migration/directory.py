"""Writes migrated files below a directory, and nowhere else."""

import os
from collections.abc import Sequence
from pathlib import Path

from meshctl.errors import OutputError
from meshctl.migrate.written.file_texts import MigratedFile
from meshctl.output.files import check_kept, write_files
from meshctl.sources.files import STDIN
from meshctl.words import visible

_STDIN_NAME = "stdin.yaml"


def write_below(
    directory: Path,
    files: Sequence[MigratedFile],
    paths: Sequence[str],
    *,
    overwrites: bool = False,
) -> list[str]:
    """Write files under the names that they have below the paths that were named.

    All are written or none. Raises OutputError for two of one name, for one that a link would lead
    out of the directory, and for one that says something else already and may not be overwritten.
    """
    texts: dict[str, str] = {}
    top = Path(os.path.realpath(directory))
    for file in files:
        target = top / _below(file.name, paths)
        real = Path(os.path.realpath(target))
        if not real.is_relative_to(top) or real == top:
            raise OutputError(
                f"{visible(file.name)} would be written to {visible(str(real))}, which is not below "
                f"{visible(str(directory))}; remove the link, or choose another directory"
            )
        if str(real) in texts:
            raise OutputError(
                f"two files would be written to {visible(str(target))}; name their common directory "
                "as PATH"
            )
        texts[str(real)] = file.after
    if not overwrites:
        check_kept({os.path.relpath(name): text for name, text in texts.items()})
    try:
        for name in texts:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write below {directory}: {error.strerror}") from error
    write_files(texts)
    return list(texts)


def _below(name: str, paths: Sequence[str]) -> Path:
    """Name a file from the directory that was named as PATH, or else by its last name."""
    if name == STDIN:
        return Path(_STDIN_NAME)
    file = Path(os.path.abspath(name))  # noqa: PTH100 - a link keeps its name
    homes = [Path(os.path.abspath(path)) for path in paths if Path(path).is_dir()]  # noqa: PTH100
    fitting = [home for home in homes if file.is_relative_to(home)]
    if not fitting:
        return Path(file.name)
    return file.relative_to(max(fitting, key=lambda home: len(home.parts)))
