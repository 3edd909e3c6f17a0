"""Finds the secret values of documents, and keeps them out of sentences.

Secret is what stands below ``data`` and ``stringData`` of a Secret, what a ``secretGenerator`` of a
kustomization takes, and what a field or an environment variable holds that is named like a password.
One walk serves nodes, which know their place, and plain data.
"""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from yaml import MappingNode, Node, ScalarNode

from meshctl.lazy_pattern import lazy_pattern
from meshctl.masking.tokens import MASK, masked
from meshctl.words import visible

SECRET_BLOCKS = frozenset({"data", "stringData"})
_GENERATOR = "secretGenerator"
_PARTS_OF_NAMES = ("passw", "passphrase", "token", "key", "secret")
"""One of them is in every name by which a value is known as secret, and in ``kind: Secret``."""
COMPARISONS = frozenset({"exact", "prefix", "regex"})
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NAMED = lazy_pattern(
    r"(?i).{0,200}?(?:password|passwd|passphrase|(?:\b|_|-)token|[a-z]Token|api[_-]?key"
    r"|(?:secret|private|access|signing|encryption)[_-]?key|client[_-]?secret)"
)
_NO_SECRET = lazy_pattern(
    r"\s*|/.*|\$\{[^}]*\}|\$\([^)]*\)|\{\{.*\}\}|<[^<>]*>|(?:true|false|null|~)"
)
"""A path to a file, what is put in later, nothing."""
_GOES_ON = lazy_pattern(r"[\w.-]")
"""What a word goes on with that only begins like a secret."""
_BESIDE_LETTERS = 4
_RECOGNISED = 8
"""Characters by which the beginning of a value that is cut is known."""


def looks_secret(name: str) -> bool:
    """Is a field or a variable of this name one for passwords, keys or tokens?"""
    return _NAMED.fullmatch(name) is not None


@lru_cache(maxsize=8)  # many findings are about one text
def may_name_secrets(text: str) -> bool:
    """Can a text hold a value that is known as secret by a name? Most texts can't."""
    if "\\" in text or not text.isascii():  # names may be written in other ways
        return True
    text = text.lower()
    return any(part in text for part in _PARTS_OF_NAMES)


def secret_scalars(root: Any) -> Iterator[Any]:
    """Walk the secret scalars of nodes or of plain data, each as it stands there."""
    pending: list[tuple[Any, bool]] = [(root, False)]
    seen: set[tuple[int, bool]] = set()
    while pending:
        value, is_secret = pending.pop()
        pairs = _pairs(value)
        items = _items(value)
        if pairs is None and items is None:
            if is_secret and _is_worth_hiding(value):
                yield value
            continue
        if (id(value), is_secret) in seen:  # an alias leads here again
            continue
        seen.add((id(value), is_secret))
        if pairs is None:
            pending += [(item, is_secret) for item in items or ()]
        else:
            pending += _below(pairs, is_secret=is_secret)


def _below(pairs: list[tuple[str, Any]], *, is_secret: bool) -> Iterator[tuple[Any, bool]]:
    texts = {key: _text(value) for key, value in pairs if key in {"kind", "name"}}
    of_secret = texts.get("kind") == "Secret"
    for key, value in pairs:
        if of_secret and key == "metadata":
            yield from ((scalar, True) for scalar in _last_applied(value))
        hides = (
            is_secret
            or (of_secret and key in SECRET_BLOCKS)
            or key == _GENERATOR
            or (looks_secret(key) and _is_one_value(value))
            or (key == "value" and looks_secret(texts.get("name") or ""))
        )
        if key == _GENERATOR:
            yield from ((scalar, True) for scalar in _literals(value))
        else:
            yield value, hides


def _is_one_value(value: Any) -> bool:
    """Is it a scalar, or what a header is compared with?"""
    pairs = _pairs(value)
    if pairs is None:
        return _items(value) is None
    return {key for key, _ in pairs} <= COMPARISONS


def _last_applied(metadata: Any) -> Iterator[Any]:
    """What kubectl keeps of a Secret beside it: all of it."""
    for key, value in _pairs(metadata) or ():
        if key == "annotations":
            yield from (applied for name, applied in _pairs(value) or () if name == _LAST_APPLIED)


def _literals(generators: Any) -> Iterator[Any]:
    for generator in _items(generators) or ():
        yield from (value for key, value in _pairs(generator) or () if key == "literals")


def _pairs(value: Any) -> list[tuple[str, Any]] | None:
    """The keys and values of a mapping, merged ones included; ``None`` for what is none."""
    if isinstance(value, dict):
        return list(value.items())
    if not isinstance(value, MappingNode):
        return None
    found: list[tuple[str, Any]] = []
    for key, child in value.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        if name == "<<":
            sources = child.value if isinstance(child.value, list) else []
            merged = [child] if isinstance(child, MappingNode) else sources
            found += [
                pair for source in merged if source is not value for pair in _own_pairs(source)
            ]
        found.append((name, child))
    return found


def _own_pairs(node: Any) -> Iterator[tuple[str, Any]]:
    for key, child in node.value if isinstance(node, MappingNode) else ():
        yield (key.value if isinstance(key, ScalarNode) else ""), child


def _items(value: Any) -> list[Any] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, Node) and not isinstance(value, ScalarNode | MappingNode):
        return list(value.value)
    return None


def _text(value: Any) -> str:
    found = value.value if isinstance(value, ScalarNode) else value
    return found if isinstance(found, str) else ""


def _is_worth_hiding(value: Any) -> bool:
    if isinstance(value, ScalarNode):
        return bool(value.tag) or not _NO_SECRET.fullmatch(value.value)
    if isinstance(value, str):
        return not _NO_SECRET.fullmatch(value)
    return value is not None and not isinstance(value, bool)


def hidden(text: str, values: Iterable[object]) -> str:
    """Write stars for the values in a sentence, also where they are cut, quoted or decoded."""
    forms = {form for value in values for form in _forms(value)}
    for form in sorted(forms, key=len, reverse=True):
        text = _without(text, form) if len(form) >= _RECOGNISED else _without_word(text, form)
    return masked(text)


def _forms(value: object) -> Iterator[str]:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    bare = text.strip()
    for form in (text, bare, *bare.split("\n"), *_decoded(bare)):
        if form.strip():
            yield from (form, visible(form), json.dumps(form)[1:-1], repr(form)[1:-1])
            yield json.dumps(form, ensure_ascii=False)[1:-1]
            _, _, literal = form.partition("=")  # NAME=VALUE of a secretGenerator
            if literal and not literal.startswith("="):
                yield literal


def _decoded(text: str) -> Iterator[str]:
    try:
        found = b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return
    yield from (found, *found.split("\n"))


def _without(text: str, form: str) -> str:
    """Hide a text, or as much of its beginning as stands there before it is cut."""
    parts, position = [], 0
    while (start := text.find(form[:_RECOGNISED], position)) >= 0:
        end = start + _RECOGNISED
        while end < len(text) and end - start < len(form) and text[end] == form[end - start]:
            end += 1
        is_whole = end - start == len(form)
        goes_on = _GOES_ON.match(text, end) is not None
        parts += [text[position:start], MASK if is_whole or not goes_on else text[start:end]]
        position = end
    return "".join((*parts, text[position:]))


def _without_word(text: str, form: str) -> str:
    """Hide a short value where it is no part of a word; the shortest only between quotes."""
    parts, position = [], 0
    is_common = len(form) < _BESIDE_LETTERS and form.isalpha()
    while (start := text.find(form, position)) >= 0:
        end = start + len(form)
        before, after = text[max(start - 1, 0) : start], text[end : end + 1]
        is_quoted = before == after and before in {'"', "'", "`"}
        is_alone = not (before.isalnum() and form[0].isalnum()) and not (
            after.isalnum() and form[-1].isalnum()
        )
        is_hidden = is_quoted if is_common else is_alone
        parts += [text[position:start], MASK if is_hidden else form]
        position = end
    return "".join((*parts, text[position:]))
