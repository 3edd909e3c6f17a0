"""Writes the files of a chart into a directory: all of them, or none."""

from collections.abc import Mapping
from pathlib import Path

from meshctl.errors import OutputError
from meshctl.output.files import check_kept, write_files


def write_chart(directory: str, files: Mapping[str, str], *, overwrites: bool = False) -> None:
    """Write files below a directory, which is made; raises OutputError where others stand there.

    A file of the chart that says something else already is an OutputError, too, unless it may be
    overwritten.
    """
    home = Path(directory)
    if home.exists() and not home.is_dir():
        raise OutputError(f"{directory} is a file; name a directory for the chart")
    strangers = _strangers(home, files)
    if strangers:
        raise OutputError(
            f"{directory} holds other files, such as {strangers[0]}; name a new directory"
        )
    texts = {str(home / file): text for file, text in files.items()}
    if not overwrites:
        check_kept(texts)
    try:
        for file in files:
            (home / file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make {directory}: {error.strerror}") from error
    write_files(texts)


def _strangers(home: Path, files: Mapping[str, str]) -> list[str]:
    found = (path for path in sorted(home.rglob("*")) if not path.is_dir())
    return [name for path in found if (name := path.relative_to(home).as_posix()) not in files]
