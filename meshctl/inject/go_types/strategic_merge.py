"""Applies a strategic merge patch to an object.

apimachinery pkg/util/strategicpatch/patch.go with the merge keys of core/v1 (struct tags).
"""

from typing import Any, NamedTuple

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import types

MERGE_KEYS = {
    ("PodSpec", "containers"): "name",
    ("PodSpec", "initContainers"): "name",
    ("PodSpec", "ephemeralContainers"): "name",
    ("PodSpec", "volumes"): "name",
    ("PodSpec", "imagePullSecrets"): "name",
    ("PodSpec", "schedulingGates"): "name",
    ("PodSpec", "resourceClaims"): "name",
    ("PodSpec", "hostAliases"): "ip",
    ("PodSpec", "topologySpreadConstraints"): "topologyKey",
    ("ObjectMeta", "ownerReferences"): "uid",
    ("ObjectMeta", "finalizers"): "",
}
"""The lists that are merged, with the key that tells items apart; none for plain texts."""
_CONTAINER_KEYS = {
    "env": "name",
    "ports": "containerPort",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
}
_CONTAINERS = frozenset({"Container", "EphemeralContainer"})
_DELETED_ITEMS = "$deleteFromPrimitiveList/"
_ITEM_ORDER = "$setElementOrder/"


def merge(kind: str, original: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Merge a patch over an object of a type; neither is changed."""
    directive = patch.get("$patch")
    if directive in {"replace", "delete"}:
        kept = {k: v for k, v in patch.items() if k != "$patch"}
        return kept if directive == "replace" else {}
    result = dict(original)
    if isinstance(retained := patch.get("$retainKeys"), list):
        result = {key: value for key, value in result.items() if key in retained}
    for key, value in patch.items():
        if key.startswith(_DELETED_ITEMS):
            name = key.removeprefix(_DELETED_ITEMS)
            result[name] = [item for item in result.get(name) or [] if item not in (value or [])]
        elif key.startswith("$"):
            continue
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = _merge_field(kind, key, result.get(key), value)
    for key, order in patch.items():
        name = key.removeprefix(_ITEM_ORDER)
        if name != key and isinstance(result.get(name), list):
            found = _MergedList(original.get(name) or [], result[name], patch.get(name) or [])
            result[name] = _ordered(_merge_key(kind, name), found, name, order)
    return result


class _MergedList(NamedTuple):
    """A list that was merged, and the lists that it was made of."""

    original: list[Any]
    items: list[Any]
    patch: list[Any]


def _ordered(key: str | None, merged: _MergedList, name: str, order: Any) -> list[Any]:
    """Put the items of a merged list into the order that ``$setElementOrder`` asks for."""
    if key is None or not isinstance(order, list):
        raise InjectionError(f"{_ITEM_ORDER}{name} needs a list that is merged by a key")
    wanted = [_key_of(item, key) for item in order]
    patched = [_key_of(item, key) for item in merged.patch if not _is_directive(item)]
    if patched != [value for value in wanted if value in patched]:
        raise InjectionError(f"{_ITEM_ORDER}{name} orders the items otherwise than the patch")
    present = {_key_of(item, key) for item in merged.items}
    kept = [value for value in wanted if value in present]
    return _in_order(key, merged.original, merged.items, kept)


def _is_directive(item: Any) -> bool:
    return isinstance(item, dict) and "$patch" in item


def _merge_key(kind: str, name: str) -> str | None:
    if kind in _CONTAINERS:
        return _CONTAINER_KEYS.get(name)
    return MERGE_KEYS.get((kind, name))


def _key_of(item: Any, key: str) -> Any:
    return item.get(key) if key and isinstance(item, dict) else item


def _merge_field(kind: str, name: str, original: Any, patch: Any) -> Any:
    inner = types().get(kind, {}).get(name, "any")
    if isinstance(original, dict) and isinstance(patch, dict):
        return merge(inner, original, patch)
    if isinstance(original, list) and isinstance(patch, list):
        key = _merge_key(kind, name)
        if key is not None:
            return _merge_lists(inner[1:-1], key, original, patch)
    if isinstance(patch, list):
        patch = [item for item in patch if not (isinstance(item, dict) and "$patch" in item)]
    return _without_nulls(patch)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _merge_lists(kind: str, key: str, original: list[Any], patch: list[Any]) -> list[Any]:
    """Merge items by a key: those of the patch in its order, the others where they were."""
    if not key:
        return [*original, *(item for item in patch if item not in original)]
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in patch):
        return [item for item in patch if "$patch" not in item]
    if not all(_has_key(item, key) for item in [*original, *patch]):
        raise InjectionError(f"an item of a list that is merged by {key} has none")
    merged = list(original)
    patched: list[Any] = []
    for item in patch:
        directive, value = item.get("$patch"), item[key]
        place = next((i for i, old in enumerate(merged) if old.get(key) == value), None)
        if directive == "delete":
            merged = [old for old in merged if old.get(key) != value]
            continue
        if place is None:
            merged.append(item)  # with its nulls, unlike what comes where nothing was
        else:
            merged[place] = merge(kind, merged[place], item)
        patched.append(value)
    return _in_order(key, original, merged, patched)


def _has_key(item: Any, key: str) -> bool:
    return isinstance(item, dict) and isinstance(item.get(key), str | int)


def _in_order(key: str, original: list[Any], merged: list[Any], patched: list[Any]) -> list[Any]:
    found: dict[Any, Any] = {}
    for item in merged:
        found.setdefault(_key_of(item, key), item)
    own = [item for item in merged if _key_of(item, key) not in patched]
    places: dict[Any, int] = {}
    for place, item in enumerate(original):
        places.setdefault(_key_of(item, key), place)
    result: list[Any] = []
    for value in patched:
        while own and value in places and _place(own[0], key, places) < places[value]:
            result.append(own.pop(0))
        result.append(found[value])
    return [*result, *own]


def _place(item: Any, key: str, places: dict[Any, int]) -> int:
    return places.get(_key_of(item, key), len(places))
