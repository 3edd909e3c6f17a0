"""Which text does ``istioctl kube-inject`` write? (IntoResourceFile, Istio 1.31)"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from meshctl.errors import MeshctlError
from meshctl.inject import go_yaml
from meshctl.inject.errors import InjectionError
from meshctl.inject.settings import Settings
from meshctl.inject.workloads import Warn, group_of, inject_workload, is_known
from meshctl.sources.yaml import parse_one

_SEPARATOR = "---"
Inject = Callable[[dict[str, Any]], dict[str, Any]]


Namespace = Mapping[str, str] | None
"""The annotations of the namespace, where they are known."""


def inject_text(text: str, settings: Settings, warn: Warn, namespace: Namespace = None) -> str:
    """Add sidecars to every workload of a file; other documents pass through as they are."""
    settings = settings.like_istioctl()

    def inject(data: dict[str, Any]) -> dict[str, Any]:
        return inject_workload(data, settings, warn, namespace, like_istioctl=True)

    written: list[str] = []
    line = 1
    for part in _documents(text):
        try:
            written.append(f"{_inject_document(part, inject)}---\n")
        except MeshctlError as error:
            raise InjectionError(f"document at line {line}: {error}") from None
        line += part.count("\n") + 1
    return "".join(written)


def _documents(text: str) -> Iterator[str]:
    """Cut at lines of three dashes; one ahead of everything belongs to the first document."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        rest = line.removeprefix(_SEPARATOR).strip()
        if line.startswith(_SEPARATOR) and (not rest or rest.startswith("#")) and lines:
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    if lines:
        yield "".join(lines)


def _inject_document(text: str, inject: Inject) -> str:
    try:
        data = parse_one(text)
    except ValueError as error:
        raise InjectionError(f"a document cannot be read: {error}; correct it") from None
    if is_list(data):
        return go_yaml.dumps(_inject_list(data, inject))
    if not is_known(data):
        return text if text.endswith("\n") else f"{text}\n"
    return go_yaml.dumps(inject(data))


def is_list(data: Any) -> bool:
    """Is this an object that only holds others?"""
    return isinstance(data, dict) and data.get("kind") == "List" and not group_of(data)


def _inject_list(data: dict[str, Any], inject: Inject) -> dict[str, Any]:
    given = data.get("items") or []
    if not isinstance(given, list):
        raise InjectionError("items of a List should be a list")
    items = [inject(item) if is_known(item) else item for item in given]
    return {**data, "items": items, "metadata": data.get("metadata") or {}}
