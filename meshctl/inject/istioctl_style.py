"""Which text does ``istioctl kube-inject`` write? (IntoResourceFile, Istio 1.31)"""

from collections.abc import Iterator
from typing import Any

from meshctl.inject import go_yaml
from meshctl.inject.errors import InjectionError
from meshctl.inject.settings import Settings
from meshctl.inject.workloads import Warn, group_of, inject_workload, is_known
from meshctl.sources.yaml import parse_one

_SEPARATOR = "---"


def inject_text(text: str, settings: Settings, warn: Warn) -> str:
    """Add sidecars to every workload of a file; other documents pass through as they are."""
    return "".join(f"{_inject_document(part, settings, warn)}---\n" for part in _documents(text))


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


def _inject_document(text: str, settings: Settings, warn: Warn) -> str:
    try:
        data = parse_one(text)
    except ValueError as error:
        raise InjectionError(f"a document cannot be read: {error}; correct it") from None
    if _is_list(data):
        return go_yaml.dumps(_inject_list(data, settings, warn))
    if not is_known(data):
        return text
    return go_yaml.dumps(inject_workload(data, settings, warn))


def _is_list(data: Any) -> bool:
    return isinstance(data, dict) and data.get("kind") == "List" and not group_of(data)


def _inject_list(data: dict[str, Any], settings: Settings, warn: Warn) -> dict[str, Any]:
    items = [
        inject_workload(item, settings, warn) if is_known(item) else item
        for item in data.get("items") or []
    ]
    return {**data, "items": items, "metadata": data.get("metadata") or {}}
