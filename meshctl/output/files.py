"""Writes files: the one home of everything that leaves something on a disk.

A file is written whole or not at all, beside itself and then renamed over. Where that would lose
something (a hard link, the owner, a file that is mounted alone) it is written in its place.
"""

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from meshctl.errors import OutputError
from meshctl.words import quoted

STDOUT = "-"
_MOST_NAME = 255
"""Bytes of the name of one file, where file systems end."""


def write_file(file: str, text: str) -> None:
    """Write a file whole or not at all; ``-`` is standard output."""
    write_files({file: text})


def write_below(directory: str, texts: Mapping[str, str]) -> None:
    """Write files into a directory, which is made if need be, and nowhere else.

    Raises OutputError for a name that leads out of it.
    """
    for name in texts:
        is_plain = name and name == os.path.basename(name) and name not in {".", ".."}  # noqa: PTH119
        if not is_plain or "\0" in name or len(os.fsencode(name)) > _MOST_NAME:
            raise OutputError(
                f"{quoted(name)} is no name of a file in {directory}; nothing is written"
            )
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the directory {directory}: {error.strerror}") from error
    write_files({os.path.join(directory, name): text for name, text in texts.items()})  # noqa: PTH118


def check_kept(texts: Mapping[str, str]) -> None:
    """Raise OutputError where writing would lose what stands in a file: another text than its new one."""
    lost = [file for file, text in texts.items() if _holds_another(Path(file), text)]
    if lost:
        more = f" and {len(lost) - 1} more" if lost[1:] else ""
        raise OutputError(
            f"{lost[0]}{more} would lose what is in there, which somebody may have edited; nothing is "
            "written: name a new directory, or say --overwrite"
        )


def _holds_another(file: Path, text: str) -> bool:
    try:
        return file.is_file() and file.read_bytes() != _content(text)
    except (OSError, ValueError):
        return False  # writing tells what is wrong with it


def write_files(texts: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
    """Write files: all of them into siblings first, so that one failure leaves all as they were.

    ``before`` are the texts that files had when they were read: one that somebody has changed
    meanwhile is an OutputError, and nothing is written.
    """
    waiting: dict[str, str] = {}
    in_place: dict[str, bytes] = {}
    file = ""
    try:
        for file, text in texts.items():
            if file == STDOUT:
                _print(text)
            elif (beside := _beside(file, text)) is None:
                in_place[file] = _content(text)
            else:
                waiting[file] = beside
        for file, text in (before or {}).items():
            _check_unchanged(file, text)
        for file, content in in_place.items():
            _write_in_place(file, content)
        for file in [*waiting]:
            _rename(waiting[file], os.path.realpath(file))
            del waiting[file]
    except ValueError as error:
        raise OutputError(f"cannot write {quoted(file)}: {error}") from error
    except OSError as error:
        reason = "nobody reads this pipe" if error.errno == errno.ENXIO else error.strerror
        raise OutputError(f"cannot write {file}: {reason}") from error
    finally:
        for name in waiting.values():
            Path(name).unlink(missing_ok=True)


def _content(text: str) -> bytes:
    """Write text as bytes; those that were no UTF-8 in a file that was read stay as they were."""
    return text.encode(errors="surrogateescape")


def _print(text: str) -> None:
    from meshctl.output.stdout import print_exactly  # noqa: PLC0415 - most write to files

    print_exactly(text)


def _check_unchanged(file: str, text: str) -> None:
    if Path(file).read_bytes() != _content(text):
        message = f"{file} was changed while it was being read; nothing is written, run it again"
        raise OutputError(message)


def _beside(file: str, text: str) -> str | None:
    """Write a sibling to be renamed; ``None`` where the file has to be written in its place."""
    target = os.path.realpath(file)
    try:
        found = os.stat(target)  # noqa: PTH116 - the name may be no path at all
    except FileNotFoundError:
        return _sibling(target, text, 0o666 & ~_umask())
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a directory")
    if stat.S_ISREG(found.st_mode) and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or _attributes(target):
        return None
    try:
        name = _sibling(target, text, stat.S_IMODE(found.st_mode))
    except PermissionError:  # the file may be written to, its directory may not
        return None
    try:
        if (found.st_uid, found.st_gid) != _owner(name):
            os.chown(name, found.st_uid, found.st_gid)
            os.chmod(name, stat.S_IMODE(found.st_mode))  # noqa: PTH101 - a change of owner clears bits
    except PermissionError:
        Path(name).unlink()
        return None
    return name


def _attributes(target: str) -> list[str]:
    """Name what is known about a file beside its mode: access lists, labels."""
    try:
        return [name for name in os.listxattr(target) if not name.startswith("security.")]
    except (OSError, AttributeError):
        return []


def _owner(name: str) -> tuple[int, int]:
    found = Path(name).stat()
    return found.st_uid, found.st_gid


def _sibling(target: str, text: str, mode: int) -> str:
    import tempfile  # noqa: PLC0415 - most commands write no file

    directory, name = os.path.split(target)
    handle, made = tempfile.mkstemp(dir=directory, prefix=f".{name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_content(text))
        os.chmod(made, mode)  # noqa: PTH101 - mkstemp makes it private
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return made


def _rename(made: str, target: str) -> None:
    """Put a file where it belongs; one that is mounted alone can't be replaced, but filled."""
    try:
        Path(made).replace(target)
    except OSError as error:
        if error.errno not in {errno.EBUSY, errno.EXDEV}:
            raise
        _write_in_place(target, Path(made).read_bytes())
        Path(made).unlink()


def _write_in_place(file: str, content: bytes) -> None:
    """Fill a file, a device or a pipe that somebody reads; a file keeps its text if that fails."""
    handle = os.open(file, os.O_WRONLY | os.O_NONBLOCK)  # a pipe without a reader is an error
    os.set_blocking(handle, True)
    with os.fdopen(handle, "wb") as out:
        is_file = stat.S_ISREG(os.fstat(handle).st_mode)
        old = Path(file).read_bytes() if is_file else b""
        try:
            _fill(handle, content, is_file=is_file)
        except OSError:
            if is_file:
                _fill(handle, old, is_file=True)
            raise
        out.flush()


def _fill(handle: int, content: bytes, *, is_file: bool) -> None:
    done = 0
    while done < len(content):
        done += (
            os.pwrite(handle, content[done:], done) if is_file else os.write(handle, content[done:])
        )
    if is_file:
        os.ftruncate(handle, len(content))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
