"""What becomes of files when sidecars are added to their workloads?"""

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import BinaryIO, NamedTuple

from meshctl.errors import InputError, MeshctlError
from meshctl.inject import istioctl_style, preserve_style
from meshctl.inject.errors import InjectionError
from meshctl.inject.settings import Settings
from meshctl.sources import files
from meshctl.sources.split import decode

STYLES = {"preserve": preserve_style.inject_text, "istioctl": istioctl_style.inject_text}
"""How results can be written: by changing as few lines as possible, or as istioctl does."""


class Injected(NamedTuple):
    """A file with sidecars; ``before`` is what it was."""

    name: str
    before: str
    after: str
    warnings: tuple[str, ...]

    def changes(self) -> Iterator[str]:
        """The lines of a unified diff, none where nothing changes."""
        before, after = self.before.splitlines(), self.after.splitlines()
        for line in unified_diff(before, after, self.name, self.name, lineterm=""):
            yield f"{line}\n"


def inject_files(
    paths: Sequence[str], settings: Settings, style: str, stdin: BinaryIO | None = None
) -> list[Injected]:
    """Inject the files that paths name; one that fails leaves nothing but an error."""
    return [_inject_file(file, settings, style, stdin) for file in files.find(paths).files]


def read_text(name: str) -> str:
    """Read one file of settings."""
    try:
        return decode(files.read(files.File(name, named=True)))
    except OSError as error:
        raise files.unreadable_input(name, error) from None


def _inject_file(
    file: files.File, settings: Settings, style: str, stdin: BinaryIO | None
) -> Injected:
    try:
        content = files.read(file, stdin)
    except OSError as error:
        raise files.unreadable_input(file.name, error) from None
    if len(content) > files.MAX_BYTES:
        raise InputError(f"{file.name} is larger than {files.MAX_BYTES:,} bytes; split it")
    text = decode(content)
    if _is_broken(text):
        raise InjectionError(f"{file.name} is not UTF-8; convert it")
    warnings: list[str] = []
    try:
        after = STYLES[style](text, settings, warnings.append)
    except MeshctlError as error:
        raise InjectionError(f"{file.name}, {error}") from None
    return Injected(file.name, text, after, tuple(warnings))


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
