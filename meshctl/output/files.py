"""Writes files whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

from meshctl.errors import OutputError


def write_file(file: str, text: str) -> None:
    """Write a file whole or not at all: into a sibling first, then renamed over it."""
    write_files({file: text})


def write_files(texts: Mapping[str, str]) -> None:
    """Write files: all of them into siblings first, so that one failure leaves all as they were."""
    written: dict[str, str] = {}
    file = ""
    try:
        for file, text in texts.items():
            if _is_special(Path(file)):
                Path(file).write_text(text, encoding="utf-8", newline="")
            else:
                written[file] = _write_beside(Path(file), text)
        for file in [*written]:
            Path(written[file]).replace(file)
            del written[file]
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error
    finally:
        for name in written.values():
            Path(name).unlink(missing_ok=True)


def _is_special(target: Path) -> bool:
    """Is there something like /dev/null, which must not be replaced?"""
    return target.exists() and not target.is_file() and not target.is_dir()


def _write_beside(target: Path, text: str) -> str:
    import tempfile  # noqa: PLC0415 - most commands write no file

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)  # noqa: PTH101 - mkstemp makes it private
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
