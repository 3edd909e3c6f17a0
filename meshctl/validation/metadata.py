"""Checks metadata as the API server does for every kind.

Mirrors k8s.io/apimachinery pkg/api/validation/objectmeta.go and pkg/util/validation (1.34).
"""

from collections.abc import Iterator
from typing import Any

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import Path
from meshctl.validation.faults import Fault

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_TIME = {"type": ["string", "null"], "format": "date-time"}

OBJECT_META: dict[str, Any] = {
    "description": "What identifies the object, and what people and tools note about it.",
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "The name, unique for its kind in a namespace."},
        "generateName": {
            "type": "string",
            "description": "A prefix from which the API server makes a name.",
        },
        "namespace": {"type": "string", "description": "The namespace the object belongs to."},
        "labels": {"description": "Short facts that selectors choose by.", **_TEXTS},
        "annotations": {"description": "Notes for people and tools; nothing selects by them.",
                        **_TEXTS},
        "creationTimestamp": _TIME,
        "deletionTimestamp": _TIME,
        "deletionGracePeriodSeconds": {"type": ["integer", "null"]},
        "finalizers": {"type": "array", "items": {"type": "string"}},
        "generation": {"type": "integer"},
        "managedFields": {"type": "array", "items": {"type": "object"}},
        "ownerReferences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "apiVersion": {"type": "string", "minLength": 1},
                    "kind": {"type": "string", "minLength": 1},
                    "name": {"type": "string", "minLength": 1},
                    "uid": {"type": "string", "minLength": 1},
                    "controller": {"type": ["boolean", "null"]},
                    "blockOwnerDeletion": {"type": ["boolean", "null"]},
                },
                "required": ["apiVersion", "kind", "name", "uid"],
                "additionalProperties": False,
            },
        },
        "resourceVersion": {"type": "string"},
        "selfLink": {"type": "string"},
        "uid": {"type": "string"},
    },
    "additionalProperties": False,
}  # fmt: skip

_LABEL = lazy_pattern(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE = lazy_pattern(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = lazy_pattern(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = lazy_pattern(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LONGEST_LABEL = 63
_LONGEST_SUBDOMAIN = 253
_LARGEST_ANNOTATIONS = 256 * 1024
_LABEL_NAMED = frozenset({("", "Namespace")})
_SHOWN = 60


def check_metadata(group: str, kind: str, metadata: dict[str, Any]) -> Iterator[Fault]:
    """Find names, labels and annotations that are refused; types are the schema's to check."""
    name, prefix = metadata.get("name"), metadata.get("generateName")
    if not name and not prefix:
        yield Fault("metadata", ("metadata",), "the object has no name; write metadata.name")
    if isinstance(name, str) and name and (why := _name_refused(group, kind, name)):
        yield _fault(("name",), why)
    if (
        isinstance(prefix, str)
        and prefix
        and (why := _name_refused(group, kind, prefix.removesuffix("-") or "x"))
    ):
        yield _fault(("generateName",), why)
    namespace = metadata.get("namespace")
    if isinstance(namespace, str) and namespace and (why := _label_refused(namespace, "namespace")):
        yield _fault(("namespace",), why)
    labels, annotations = metadata.get("labels"), metadata.get("annotations")
    if isinstance(labels, dict) and labels:
        yield from _labels(labels)
    if isinstance(annotations, dict) and annotations:
        yield from _annotations(annotations)


def _labels(labels: dict[str, Any]) -> Iterator[Fault]:
    for key, value in labels.items():
        if why := _key_refused(key):
            yield _fault(("labels", key), f"the label key {_quote(key)} {why}", key=True)
        if isinstance(value, str) and value and (why := _part_refused(value)):
            yield _fault(("labels", key), f"the label value {_quote(value)} {why}")


def _annotations(annotations: dict[str, Any]) -> Iterator[Fault]:
    size = 0
    for key, value in annotations.items():
        size += len(str(key).encode()) + len(str(value).encode())
        if why := _key_refused(key.lower()):
            yield _fault(("annotations", key), f"the annotation key {_quote(key)} {why}", key=True)
    if size > _LARGEST_ANNOTATIONS:
        message = f"the annotations hold {size} bytes; {_LARGEST_ANNOTATIONS} are allowed"
        yield _fault(("annotations",), message, key=True)


def _name_refused(group: str, kind: str, name: str) -> str:
    if (group, kind) == ("", "Service"):
        if len(name) > _LONGEST_LABEL or not _SERVICE.fullmatch(name):
            return (
                f"the name {_quote(name)} of a Service takes up to 63 lower-case letters, digits "
                "and -, begins with a letter and does not end with -"
            )
        return ""
    if (group, kind) in _LABEL_NAMED:
        return _label_refused(name, "name")
    if len(name) > _LONGEST_SUBDOMAIN:
        return f"the name has {len(name)} characters; {_LONGEST_SUBDOMAIN} are allowed"
    if not _SUBDOMAIN.fullmatch(name):
        return (
            f"the name {_quote(name)} takes lower-case letters, digits, - and . alone, and each "
            "part begins and ends with a letter or digit"
        )
    return ""


def _label_refused(text: str, what: str) -> str:
    if len(text) > _LONGEST_LABEL or not _LABEL.fullmatch(text):
        return (
            f"the {what} {_quote(text)} takes up to 63 lower-case letters, digits and -, and "
            "begins and ends with a letter or digit"
        )
    return ""


def _key_refused(key: str) -> str:
    """Say what is wrong with the key of a label or annotation: ``[prefix/]name``."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_SUBDOMAIN or not _SUBDOMAIN.fullmatch(prefix)):
        return "needs a domain such as example.com in front of its one slash"
    if not name:
        return "is empty behind the slash" if slash else "is empty"
    return _part_refused(name)


def _part_refused(text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        return f"has {len(text)} characters; {_LONGEST_LABEL} are allowed"
    if not _QUALIFIED.fullmatch(text):
        return "takes letters, digits, -, _ and . alone, and begins and ends with a letter or digit"
    return ""


def _fault(path: Path, message: str, *, key: bool = False) -> Fault:
    return Fault("metadata", ("metadata", *path), message, key=key)


def _quote(text: str) -> str:
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
