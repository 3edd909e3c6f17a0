"""Adds sidecars to the workloads of files, or takes them out again."""

import codecs
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import unified_diff
from typing import BinaryIO, NamedTuple

from meshctl.errors import InputError
from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.parts import WarnText
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inject.text import istioctl_style, preserve_style
from meshctl.sources import files
from meshctl.yaml.reader import parse_one
from meshctl.yaml.splitter import decode, split


class Style(NamedTuple):
    """How results are written."""

    inject: Callable[..., str]
    uninject: Callable[..., str]


STYLES = {
    "preserve": Style(preserve_style.inject_text, preserve_style.uninject_text),
    "istioctl": Style(istioctl_style.inject_text, istioctl_style.uninject_text),
}
"""How results can be written: by changing as few lines as possible, or as istioctl does."""
_NO_NEWLINE = "\\ No newline at end of file\n"
"""How diff and patch mark the end of a file without a line break."""
_BOM = codecs.BOM_UTF8.decode()
Change = Callable[[str, WarnText, str], str]


class Injected(NamedTuple):
    """A file with sidecars; ``before`` is what it was."""

    name: str
    before: str
    after: str
    warnings: tuple[str, ...]

    def changes(self) -> Iterator[str]:
        """The lines of a unified diff that patches the very bytes, none where nothing changes."""
        before, after = _lines(self.before), _lines(self.after)
        name = _header_name(self.name)
        for line in unified_diff(before, after, name, name):
            yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _header_name(name: str) -> str:
    """Write the name of a file as git and GNU patch read it; a tab ends one with blanks."""
    if name.isprintable() and not set(name) & {'"', "\\"}:
        return f"{name}\t" if " " in name else name
    escaped = {ord('"'): '\\"', ord("\\"): "\\\\"}
    text = name.translate(escaped)
    return '"' + "".join(_octal(one) if not one.isprintable() else one for one in text) + '"'


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(character))


def _lines(text: str) -> list[str]:
    """Part a text into lines as `patch` counts them; carriage returns belong to their lines."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def inject_files(
    paths: Sequence[str], settings: InjectionSettings, style: str, stdin: BinaryIO | None = None
) -> list[Injected]:
    """Inject the files that paths name; one that fails leaves nothing but an error."""
    inject = STYLES[style].inject
    texts = _read_files(paths, stdin)
    if settings.value("global", "platform") == "openshift":
        settings = replace(settings, namespaces=_namespaces(texts))
    return [
        _changed(text, lambda text, warn, file: inject(text, settings, warn, file=file))
        for text in texts
    ]


def uninject_files(
    paths: Sequence[str], settings: InjectionSettings, style: str, stdin: BinaryIO | None = None
) -> list[Injected]:
    """Take the sidecars out of the files that paths name; of the settings the network counts."""
    uninject, network = STYLES[style].uninject, settings.network
    return [
        _changed(text, lambda text, warn, file: uninject(text, warn, file, network))
        for text in _read_files(paths, stdin)
    ]


def read_text(name: str) -> str:
    """Read one file of settings."""
    try:
        return decode(files.read(files.File(name, named=True)))
    except OSError as error:
        raise files.unreadable_input(name, error) from None


class _Text(NamedTuple):
    """What a file says."""

    name: str
    text: str


def _read_files(paths: Sequence[str], stdin: BinaryIO | None) -> list[_Text]:
    return [_read_file(file, stdin) for file in files.find(paths).files]


def _read_file(file: files.File, stdin: BinaryIO | None) -> _Text:
    try:
        content = files.read(file, stdin)
    except OSError as error:
        raise files.unreadable_input(file.name, error) from None
    if len(content) > files.MAX_BYTES:
        raise InputError(f"{file.name} is larger than {files.MAX_BYTES:,} bytes; split it")
    try:
        return _Text(file.name, content.decode())
    except UnicodeDecodeError:
        raise InjectionError(f"{file.name} is not UTF-8; convert it") from None


def _namespaces(texts: Iterable[_Text]) -> dict[str, Mapping[str, str]]:
    """Find the annotations of the namespaces that files declare."""
    found: dict[str, Mapping[str, str]] = {}
    for _, text in texts:
        for _, part in split(text.removeprefix(_BOM)):
            if "Namespace" not in part:
                continue
            with suppress(
                ValueError, InjectionError
            ):  # whoever injects the document says what is wrong
                data = parse_one(part)
                if isinstance(data, dict) and data.get("kind") == "Namespace":
                    metadata = read("ObjectMeta", data.get("metadata"), coerce=True)
                    found[metadata.get("name", "")] = metadata.get("annotations", {})
    return found


def _changed(file: _Text, change: Change) -> Injected:
    mark = _BOM if file.text.startswith(_BOM) else ""
    warnings: list[str] = []
    after = change(file.text.removeprefix(mark), warnings.append, file.name)
    return Injected(file.name, file.text, mark + after, tuple(warnings))
