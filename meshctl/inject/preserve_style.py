"""Which text has the sidecars, and is otherwise what the user wrote?"""

from collections.abc import Callable, Iterator
from typing import Any

from meshctl.errors import MeshctlError
from meshctl.inject import go_yaml
from meshctl.inject.errors import InjectionError
from meshctl.inject.istioctl_style import Inject, is_list
from meshctl.inject.kubernetes_types import read
from meshctl.inject.settings import Settings
from meshctl.inject.text_edits import Editor, UnsafeEditError
from meshctl.inject.workloads import Warn, inject_workload, is_known, is_partly_known
from meshctl.sources.notes import UnreadableError
from meshctl.sources.split import split
from meshctl.sources.yaml import compose, parse_one

Data = dict[str, Any]


def inject_text(text: str, settings: Settings, warn: Warn) -> str:
    """Add sidecars to every workload of a file; only lines that this adds or changes differ.

    A document that can't be edited so is written anew, which is said by ``warn``.
    """

    def inject(data: Data) -> Data:
        return inject_workload(data, settings, warn)

    return "".join(_documents(text, inject, warn))


def _documents(text: str, inject: Inject, warn: Warn) -> Iterator[str]:
    position = 0
    for line, part in split(text):
        start = text.index(part, position)
        yield text[position:start]
        position = start + len(part)
        try:
            yield _document(part, inject, lambda note, at=line: warn(f"line {at}: {note}"))  # type: ignore[misc]
        except MeshctlError as error:
            raise InjectionError(f"document at line {line}: {error}") from None
    yield text[position:]


def _document(text: str, inject: Inject, warn: Warn) -> str:
    try:
        data = parse_one(text)
        root = compose(text)
    except (ValueError, UnreadableError) as error:
        raise InjectionError(f"cannot be read: {error}; correct it") from None
    if root is None or not (_makes_pods(data) or is_list(data)):
        return text
    before, after = _each(data, _typed), _each(data, inject)
    if before == after:
        return text
    try:
        edited = Editor(text, root).change(before, after)
        if _each(parse_one(edited), _typed) == after:
            return edited
    except (UnsafeEditError, ValueError):
        pass
    if any(map(is_partly_known, [data, *(after.get("items") or [])])):
        raise InjectionError("cannot be edited line by line; write it without anchors and braces")
    warn("written anew without its comments, since it cannot be edited line by line")
    return f"---\n{go_yaml.dumps(after)}"


def _makes_pods(data: Any) -> bool:
    return is_known(data) or is_partly_known(data)


def _typed(data: Data) -> Data:
    typed: Data = read(data["kind"], data, coerce=True)
    return typed


def _each(data: Data, change: Callable[[Data], Data]) -> Data:
    """Change a workload, or those among the items of a list."""
    if not is_list(data):
        return change(data)
    items = data.get("items")
    if not isinstance(items, list):
        return data
    return {**data, "items": [change(item) if _makes_pods(item) else item for item in items]}
