"""Writes sidecars into the user's text, and leaves the rest of it as it was."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from meshctl.errors import MeshctlError
from meshctl.inject.errors import Path, WrongTypeError, dotted
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.parts import ManifestDocument, WarnText
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inject.text.istioctl_style import Change, change_list, is_list
from meshctl.inject.workloads import (  # fmt: skip
    Remark,
    Warn,
    inject_workload,
    is_known,
    is_partly_known,
    uninject_workload,
)
from meshctl.yaml import comments as tokens
from meshctl.yaml import emitter as go_yaml
from meshctl.yaml.reader import parse_one
from meshctl.yaml.splitter import split
from meshctl.yaml.text_edits import Editor, UnsafeEditError

Data = dict[str, Any]


def inject_text(text: str, settings: InjectionSettings, warn: WarnText, file: str = "-") -> str:
    """Add sidecars to every workload of a file; only lines that this adds or changes differ.

    A document that can't be edited so is written anew, which is said by ``warn``.
    """

    def inject(data: Data, warn: Warn) -> Data:
        return inject_workload(data, settings, warn)

    return "".join(_documents(text, inject, warn, file))


def uninject_text(text: str, warn: WarnText, file: str = "-", network: str = "") -> str:
    """Take the sidecars out of every workload of a file, in the same way."""
    return "".join(_documents(text, partial(uninject_workload, network=network), warn, file))


def _documents(text: str, change: Change, warn: WarnText, file: str) -> Iterator[str]:
    position = 0
    for line, raw in split(text):
        start = text.index(raw, position)
        yield text[position:start]
        position = start + len(raw)
        part = ManifestDocument(file, line, raw, warn)
        try:
            yield _document(part, change)
        except MeshctlError as error:
            raise part.located(error) from None
    yield text[position:]


def _document(part: ManifestDocument, change: Change) -> str:
    data = part.data
    if part.root is None or not (_makes_pods(data) or is_list(data)):
        return part.text
    before, after = _each(data, _typed, part.warn), _each(data, change, part.warn)
    if before == after:
        return part.text
    try:
        edited = Editor(part.text, part.root).change(before, after)
        found = _each(parse_one(edited), _typed, part.warn)
        if found == after or found == _each(after, _typed, part.warn):
            if lost := _lost_comments(part.text, edited):
                part.warn(Remark(f"lines written anew lose {lost}", ()))
            return edited
    except (UnsafeEditError, ValueError, WrongTypeError):
        pass
    before, after = _completed(data, before), _completed(data, after)
    gone = _gone(part.text, [dotted(path) for path in _unknown(data, before, ())])
    part.warn(Remark(f"cannot be edited line by line; written anew{gone}", ()))
    return _written(part.text, after)


def _completed(data: Data, typed: Data) -> Data:
    """Give workloads back what is not known of them, which is all but the pod template."""
    if is_list(data):
        pairs = zip(_items(data), _items(typed), strict=True)
        return {**typed, "items": [_completed(*pair) for pair in pairs]}
    if not is_partly_known(data):
        return typed
    return {**data, "spec": {**data["spec"], "template": typed["spec"]["template"]}}


def _gone(text: str, fields: list[str]) -> str:
    """Say what does not come through when an object is written anew."""
    gone = ["comments"] if _lost_comments(text, "") else []
    if fields:
        gone.append(f"what Kubernetes does not know: {', '.join(fields)}")
    return f", without {' and '.join(gone)}" if gone else ""


def _lost_comments(before: str, after: str) -> str:
    """Say which comments are gone, if any are."""
    shown = ", ".join(f"`# {text}`" for text in tokens.lost(before, after))
    return f"the comments {shown}" if "," in shown else shown and f"the comment {shown}"


def _written(text: str, data: Data) -> str:
    """Write an object in the language that it was in."""
    if text.lstrip().startswith("{"):
        try:
            json.loads(text)
        except ValueError:
            pass
        else:
            return f"{json.dumps(data, indent=2, ensure_ascii=False)}\n"
    return f"---\n{go_yaml.dumps(data)}"


def _items(data: Data) -> list[Any]:
    items = data.get("items") if is_list(data) else None
    return items if isinstance(items, list) else []


def _makes_pods(data: Any) -> bool:
    return is_known(data) or is_partly_known(data)


def _typed(data: Data, _warn: Warn) -> Data:
    typed: Data = read(data["kind"], data, coerce=True)
    return typed


def _each(data: Data, change: Callable[[Data, Warn], Data], warn: Warn) -> Data:
    """Change a workload, or those among the items of a list."""
    if not is_list(data):
        return change(data, warn)
    return change_list(data, _makes_pods, change, warn)


def _unknown(before: Any, after: Any, path: Path) -> Iterator[Path]:
    """Walk the fields that got lost, as Kubernetes has none of their names."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = {name.lower(): name for name in after}
        for key, value in before.items():
            name = names.get(key.lower())
            if name is not None:
                yield from _unknown(value, after[name], (*path, key))
            elif value not in (None, "", 0, False, [], {}):
                yield (*path, key)
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from _unknown(old, new, (*path, index))
