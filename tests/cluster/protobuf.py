"""What does kubectl ask in a SelfSubjectAccessReview that it sends as protobuf?"""

from collections.abc import Iterator
from typing import Any

_FIELDS = {1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource"}


def access_review(body: bytes) -> dict[str, Any]:
    """Read the review; the envelope is ``k8s\\0`` and a ``runtime.Unknown``."""
    raw = dict(_fields(body[4:]))[2]
    spec = dict(_fields(dict(_fields(raw)).get(2, b"")))
    attributes = {
        _FIELDS[number]: value.decode()
        for number, value in _fields(spec.get(1, b""))
        if number in _FIELDS
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields that have a length: all that the review uses."""
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        size, at = _number(data, at)
        if tag & 7 == 2:
            yield tag >> 3, data[at : at + size]
            at += size


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
