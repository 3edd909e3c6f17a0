"""Checks sets of JSON Web Keys.

Mirrors what jwk.Parse of github.com/lestrrat-go/jwx asks for, which Istio 1.31 uses: a key, or an
object with a list ``keys`` of them; RFC 7517 and 7518 name the members.
"""

import re
from collections.abc import Iterator
from typing import Any

from meshctl.plain_objects import read_json
from meshctl.words import quoted

MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}
"""What a key of each type needs."""

_BASE64 = re.compile(r"[-_+/A-Za-z0-9]+={0,2}")


def why_not_keys(text: str) -> str | None:
    """Say why a text holds no keys."""
    try:
        data = read_json(text)
    except ValueError:
        return "jwks is not JSON; it holds keys as a jwksUri would serve them"
    if not isinstance(data, dict):
        return "jwks is not a JSON object with a list of keys"
    if "keys" in data and not isinstance(data["keys"], list):
        return "keys in jwks is not a list"
    return next((why for key in _keys(data) if (why := _why_not_key(key))), None)


def has_private_part(text: str) -> bool:
    """Does one of the keys carry more than the public part? The text must hold keys."""
    return any(key.get("d") and key.get("kty") != "oct" for key in _keys(read_json(text)))


def _keys(data: dict[str, Any]) -> Iterator[Any]:
    yield from data.get("keys", [data])


def _why_not_key(key: object) -> str | None:
    if not isinstance(key, dict):
        return "a key in jwks is not a JSON object"
    kind = key.get("kty")
    if not isinstance(kind, str) or kind not in MEMBERS:
        return f"a key in jwks has the type (kty) {quoted(kind)}; known: {', '.join(MEMBERS)}"
    for name in MEMBERS[kind]:
        value = key.get(name)
        if not isinstance(value, str) or not _BASE64.fullmatch(value):
            return f"a key of type {kind} in jwks needs {quoted(name)}, in base64"
    return None
