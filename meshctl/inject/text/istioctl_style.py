"""Writes manifests as ``istioctl kube-inject`` does (IntoResourceFile, Istio 1.31)."""

from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from typing import Any

from meshctl.errors import MeshctlError
from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.parts import ManifestDocument, WarnText
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inject.workloads import (  # fmt: skip
    Remark,
    Warn,
    group_of,
    inject_workload,
    is_known,
    uninject_workload,
)
from meshctl.yaml import emitter as go_yaml

_SEPARATOR = "---"
Data = dict[str, Any]
Change = Callable[[Data, Warn], Data]
"""Gives a workload anew."""


Namespace = Mapping[str, str] | None
"""The annotations of the namespace, where they are known."""


def inject_text(
    text: str,
    settings: InjectionSettings,
    warn: WarnText,
    namespace: Namespace = None,
    file: str = "-",
) -> str:
    """Add sidecars to every workload of a file; other documents pass through as they are."""
    settings = settings.like_istioctl()

    def inject(data: Data, warn: Warn) -> Data:
        return inject_workload(data, settings, warn, namespace, like_istioctl=True)

    return _change_text(text, inject, warn, file)


def uninject_text(text: str, warn: WarnText, file: str = "-", network: str = "") -> str:
    """Take the sidecars out of every workload of a file, which is written as istioctl would."""

    def uninject(data: Data, warn: Warn) -> Data:
        found = uninject_workload(data, warn, network, like_istioctl=True)
        return read(data["kind"], found)  # type: ignore[no-any-return]

    return _change_text(text, uninject, warn, file)


def _change_text(text: str, change: Change, warn: WarnText, file: str) -> str:
    written: list[str] = []
    line = 1
    for raw in _documents(text):
        part = ManifestDocument(file, line, raw, warn)
        try:
            written.append(f"{_change_part(part, change)}---\n")
        except MeshctlError as error:
            raise part.located(error) from None
        line += raw.count("\n") + 1
    return "".join(written)


def _documents(text: str) -> Iterator[str]:
    """Cut at lines of three dashes; one ahead of everything belongs to the first document."""
    lines: list[str] = []
    for line in StringIO(text, newline="\n"):
        rest = line.removeprefix(_SEPARATOR).strip()
        if line.startswith(_SEPARATOR) and (not rest or rest.startswith("#")) and lines:
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    if lines:
        yield "".join(lines)


def _change_part(part: ManifestDocument, change: Change) -> str:
    data = part.data
    if is_list(data):
        return go_yaml.dumps(_with_metadata(change_list(data, is_known, change, part.warn)))
    if not is_known(data):
        return part.text if part.text.endswith("\n") else f"{part.text}\n"
    return go_yaml.dumps(change(data, part.warn))


def is_list(data: Any) -> bool:
    """Is this an object that only holds others?"""
    return isinstance(data, dict) and data.get("kind") == "List" and not group_of(data)


def change_list(data: Data, is_meant: Callable[[Any], bool], change: Change, warn: Warn) -> Data:
    """Change those items of a list that are meant, and those of lists inside it."""
    items = data.get("items")
    if not items:
        return data
    if not isinstance(items, list):
        raise InjectionError("items of a List should be a list", ("items",))
    changed: list[Any] = []
    for index, item in enumerate(items):

        def warn_below(remark: Remark, index: int = index) -> None:
            warn(remark._replace(path=("items", index, *remark.path)))

        try:
            if is_list(item):
                changed.append(change_list(item, is_meant, change, warn_below))
            else:
                changed.append(change(item, warn_below) if is_meant(item) else item)
        except InjectionError as error:
            raise error.below("items", index) from None
    return {**data, "items": changed}


def _with_metadata(data: Any) -> Any:
    """Lists have metadata once Go has written them."""
    if not is_list(data):
        return data
    items = [_with_metadata(item) for item in data.get("items") or []]
    return {**data, "items": items, "metadata": data.get("metadata") or {}}
