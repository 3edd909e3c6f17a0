"""Options for reports: their formats, their files, and the exit code that they mean."""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

from meshctl.engine.report import Report
from meshctl.errors import OutputError, UsageError
from meshctl.output.findings.formats import FORMATS, render
from meshctl.rules.api import Severity

_FAIL_ON = (*Severity, "never")
_QUIET_SECONDS = 1.0


class Outputs:
    """The formats that were asked for: one on standard output, any number in files."""

    def __init__(self, name: str, files: list[str], fail_on: str) -> None:
        self._name = _format(name)
        self._files = [_format_and_file(text) for text in files]
        if fail_on not in _FAIL_ON:
            raise UsageError(f"--fail-on {fail_on!r} is not one of {', '.join(_FAIL_ON)}")
        self._fail_on = fail_on

    def write(self, report: Report) -> None:
        """Write every format; files first, so that a broken pipe loses none of them."""
        for name, file in self._files:
            text = io.StringIO()
            render(name, report, text)
            write_file(file, text.getvalue())
        render(self._name, report, sys.stdout)
        sys.stdout.flush()

    def exit_code(self, report: Report) -> int:
        """0 nothing at or above the threshold, 1 findings, 2 a rule crashed."""
        if report.crashed:
            return 2
        if self._fail_on == "never":
            return 0
        least = Severity(self._fail_on).rank
        return int(any(found.severity.rank >= least for found in report.findings))


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
    import tempfile

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


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a progress line on a terminal's standard error once a second has gone by."""
    if not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - started > _QUIET_SECONDS and total:
            shown = True
            typer.echo(f"\rreading {done * 100 // total:3d} %", err=True, nl=False)

    yield show
    if shown:
        typer.echo("\r" + " " * 16 + "\r", err=True, nl=False)


def _format(name: str) -> str:
    if name not in FORMATS:
        raise UsageError(f"there is no output format {name!r}; take one of {', '.join(FORMATS)}")
    return name


def _format_and_file(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(f"-O {text!r} should be FORMAT=FILE, such as sarif=meshctl.sarif")
    return _format(name), file


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
