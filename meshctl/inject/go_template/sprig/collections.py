"""Sprig's functions for lists, dicts, defaults and types."""

import json
import posixpath
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from meshctl.inject.go_template.errors import CallError
from meshctl.inject.go_template.values import MISSING, show_inside, type_name
from meshctl.plain_objects import read_json

Dict = dict[str, Any]


def _is_empty(value: Any) -> bool:
    return not value


def _default(default: Any, value: Any = None) -> Any:
    return value or default


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value), None)


def _fail(message: str) -> Any:
    raise CallError(message)


def _required(message: str, value: Any) -> Any:
    return _fail(message) if value in (None, "") else value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise CallError(f"{type_name(value)} is not a list")
    return list(value)


def _unique(values: Any) -> list[Any]:
    found: dict[object, Any] = {}
    for value in _list(values):
        found.setdefault(_identity(value), value)
    return list(found.values())


def _identity(value: Any) -> object:
    """Give what two values share that are deeply equal; a number and the same as text are not."""
    if isinstance(value, Mapping):
        return Mapping, frozenset((key, _identity(value[key])) for key in value)
    if isinstance(value, list | tuple):
        return list, tuple(map(_identity, value))
    return type(value), value


def _without(values: Any, *items: Any) -> list[Any]:
    left_out = {_identity(item) for item in items}
    return [value for value in _list(values) if _identity(value) not in left_out]


def _slice(values: Any, *bounds: int) -> list[Any]:
    return _list(values)[slice(*(*bounds, None, None)[:2])]


def _chunk(size: int, values: Any) -> list[list[Any]]:
    found = _list(values)
    return [found[start : start + size] for start in range(0, len(found), size)]


def _dict(*pairs: Any) -> Dict:
    keys = map(show_inside, pairs[::2])
    return dict(zip(keys, [*pairs[1::2], ""], strict=False))


def _set(mapping: Dict, key: str, value: Any) -> Dict:
    mapping[key] = value
    return mapping


def _unset(mapping: Dict, key: str) -> Dict:
    mapping.pop(key, None)
    return mapping


def _merge(target: Dict, *sources: Mapping[str, Any]) -> Dict:
    """Add what is missing; the first to give a key wins."""
    for source in sources:
        for key, value in source.items():
            if isinstance(target.get(key), dict) and isinstance(value, Mapping):
                _merge(target[key], value)
            elif not target.get(key):
                target[key] = deepcopy(value)
    return target


def _merge_overwrite(target: Dict, *sources: Mapping[str, Any]) -> Dict:
    for source in sources:
        for key, value in source.items():
            if isinstance(target.get(key), dict) and isinstance(value, Mapping):
                _merge_overwrite(target[key], value)
            else:
                target[key] = deepcopy(value)
    return target


def _dig(*arguments: Any) -> Any:
    *path, default, found = arguments
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return default
        found = found[key]
    return found


def _get(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key, "")


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "map"
    if value is None or value is MISSING:
        return "invalid"
    return "slice" if isinstance(value, list | tuple) else type_name(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _has(needle: Any, values: Any) -> bool:
    return values is not None and needle in _list(values)


COLLECTIONS: Mapping[str, Callable[..., Any]] = {
    "all": lambda *v: all(v),
    "any": lambda *v: any(v),
    "append": lambda v, item: [*_list(v), item],
    "base": posixpath.basename,
    "chunk": _chunk,
    "clean": posixpath.normpath,
    "coalesce": _coalesce,
    "compact": lambda v: [item for item in _list(v) if item],
    "concat": lambda *v: [item for entry in v for item in _list(entry)],
    "deepCopy": deepcopy,
    "deepEqual": lambda a, b: a == b,
    "default": _default,
    "dict": _dict,
    "dig": _dig,
    "dir": lambda path: posixpath.normpath(posixpath.dirname(path) or "."),
    "empty": _is_empty,
    "ext": lambda path: posixpath.splitext(path)[1],
    "fail": _fail,
    "first": lambda v: next(iter(_list(v)), None),
    "fromJson": lambda s: read_json(s, parse_int=float),
    "get": _get,
    "has": _has,
    "hasKey": lambda mapping, key: key in mapping,
    "initial": lambda v: _list(v)[:-1],
    "isAbs": lambda path: path.startswith("/"),
    "keys": lambda *maps: [key for each_map in maps for key in sorted(each_map)],
    "kindIs": lambda kind, value: _kind(value) == kind,
    "kindOf": _kind,
    "last": lambda v: next(reversed(_list(v)), None),
    "list": lambda *v: list(v),
    "merge": _merge,
    "mergeOverwrite": _merge_overwrite,
    "omit": lambda mapping, *keys: {k: v for k, v in mapping.items() if k not in keys},
    "pick": lambda mapping, *keys: {k: v for k, v in mapping.items() if k in keys},
    "pluck": lambda key, *maps: [each_map[key] for each_map in maps if key in each_map],
    "prepend": lambda v, item: [item, *_list(v)],
    "push": lambda v, item: [*_list(v), item],
    "required": _required,
    "rest": lambda v: _list(v)[1:],
    "reverse": lambda v: _list(v)[::-1],
    "set": _set,
    "slice": _slice,
    "ternary": lambda yes, no, condition: yes if condition else no,
    "toJson": _json,
    "toPrettyJson": lambda v: json.dumps(v, ensure_ascii=False, indent=2, sort_keys=True),
    "toRawJson": _json,
    "tuple": lambda *v: list(v),
    "typeIs": lambda name, value: type_name(value) == name,
    "typeOf": type_name,
    "uniq": _unique,
    "unset": _unset,
    "values": lambda mapping: [mapping[key] for key in sorted(mapping)],
    "without": _without,
}
