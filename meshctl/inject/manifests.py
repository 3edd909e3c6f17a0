"""Adds sidecars to the workloads of files, or takes them out again."""

import codecs
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
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
        from meshctl.line_diff import patch  # noqa: PLC0415 - for --diff alone

        return patch(self.name, self.before, self.after)


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
    found = files.find(paths)
    for problem in found.problems:
        raise InputError(f"{problem.file} {problem.message}")
    return [_read_file(file, stdin) for file in found.files]


def rendered_first(paths: Sequence[str]) -> list[str]:
    """Say what of some paths is a chart or a kustomization, whose workloads aren't in files, or nothing.

    Raises InputError where there is nothing else.
    """
    found = files.find([path for path in paths if path != files.STDIN])
    notes = [
        f"{chart} is a Helm chart, which is not injected; inject what it renders: "
        f"helm template {shlex.quote(chart)} | meshctl kube-inject -f -"
        for chart in found.charts
    ]
    if found.kustomizations:
        from meshctl.sources.kustomizations import tops  # noqa: PLC0415 - few inputs have one

        notes += [
            f"{kustomization.shown} is a kustomization: its files are injected without what it changes; "
            f"inject what it builds: kubectl kustomize {shlex.quote(kustomization.shown)} | "
            "meshctl kube-inject -f -"
            for kustomization in tops(found.kustomizations)
        ]
    if notes and not found.files and files.STDIN not in paths:
        raise InputError(notes[0])
    if not found.files and files.STDIN not in paths:
        notes.append(f"no YAML or JSON file in {', '.join(paths)}, so nothing is injected")
    return notes


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
