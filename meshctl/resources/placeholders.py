"""Tells which values of an object were meant to be replaced before it is applied."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.resource import Resource
from meshctl.resources.view import Path, Ref

_VARIABLE = lazy_pattern(r"\$\{\s*([A-Za-z_]\w*)[^}]{0,500}\}")
_PLACEHOLDER = lazy_pattern(
    r"""\$\([A-Za-z_][\w.-]*\)        # kustomize
      | \$\{\s*[A-Za-z_]\w*[^}]{0,500}\} # envsubst, Flux with its defaults
      | \$[A-Za-z_]\w*                # a shell
      | \{\{.{0,500}?\}\} | \{%.{0,500}?%\} # Helm, Jinja
      | <[A-Za-z][\w .-]*>            # a person
      | __[A-Z][A-Z0-9_]*__ | @[A-Z][A-Z0-9_]*@
      | (?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9_])
      | (?<![A-Za-z0-9_])(?:NAMESPACE|PLACEHOLDER|REPLACE|REPLACEME|CHANGEME|CHANGE-ME|TODO)(?![A-Za-z0-9_])
    """,
    re.VERBOSE,
)
_UNFILLED = lazy_pattern(
    r"(?:[a-z]+_)+(?:name|namespace) | [a-z]+(?:[A-Z][a-z]+)*(?:Name|Namespace)", re.VERBOSE
)
"""What stands for the name of an object: ``service_name``, ``placeholderName``. No object has such a name."""

_PLAIN = lazy_pattern(r"[a-z0-9.-]*")
"""What nearly all names are; nothing in them has to be replaced."""

_SIGNS = lazy_pattern(r"[$<@]|\{[{%]|__|[A-Z]_?[A-Z]")
"""One of them is in every placeholder."""

# Kubernetes itself expands $(VAR) in these fields of containers, and shells and templates live in
# data of ConfigMaps, annotations and Lua or Wasm code; only names and addresses of the mesh's own
# kinds and of Services are certain to be taken literally.
_LITERAL_GROUPS = ("networking.istio.io", "security.istio.io", "telemetry.istio.io")
_FREE_TEXT = frozenset({"annotations", "inlineCode", "value", "configPatches", "pluginConfig",
                        "filter", "expression", "stringBody", "bytesBody", "rewrite", "regex",
                        "headers"})  # fmt: skip
_NAMES = frozenset({
    "name", "namespace", "host", "hosts", "gateways", "credentialName", "serviceAccountName",
    "serviceAccount", "principals", "notPrincipals", "namespaces", "notNamespaces", "exportTo",
    "labels", "matchLabels", "selector", "address", "bind", "egress", "dnsName", "sni", "sniHosts",
    "subjectAltNames", "issuer", "jwksUri", "workloadSelector",
})  # fmt: skip
"""Fields that hold names; elsewhere capitals with underscores may be a constant of Envoy."""

_OF_MESH = frozenset({"mesh", "meshNetworks", "values", "config"})
"""The keys of ConfigMaps that Istio reads; other ones are for programs with variables of their own."""

_IDENTITY: tuple[Path, ...] = (("metadata", "name"), ("metadata", "namespace"))
_WORDS = ("$", "<", "{{", "{%", "__", "@", "NAMESPACE", "PLACEHOLDER", "REPLACE", "CHANGE", "TODO")
_REPEATED = ("$", "<", "{{", "__", "@")
_CAPITALS = lazy_pattern(r"[A-Z0-9]_[A-Z]")


def has_placeholder(text: str, *, is_name: bool = True) -> bool:
    """Does a text hold something that has to be replaced? A name holds no word in capitals."""
    return _find(text, is_name=is_name) is not None


def is_unfilled(name: str) -> bool:
    """Does the name or namespace of an object have to be replaced: ``$NAME``, ``service_name``?"""
    return has_placeholder(name) or _UNFILLED.fullmatch(name) is not None


def _find_at(resource: Resource, path: Path, text: str) -> str | None:
    if resource.kind == "ConfigMap" and path[0] == "data" and path[-1] not in _OF_MESH:
        return _find(text, is_name=False, is_program=True)
    found = _find(text, is_name=_holds_names(path))
    return text if found is None and path in _IDENTITY and is_unfilled(text) else found


@lru_cache(maxsize=64)  # many findings may be about one long text
def _find(text: str, *, is_name: bool, is_program: bool = False) -> str | None:
    if not _SIGNS.search(text):
        return None
    for match in _PLACEHOLDER.finditer(text):
        if is_program and match[0][0] == "$" and match[0][1:].isidentifier():
            continue  # a variable of the program itself, such as nginx's $host
        if is_name or not match[0][0].isupper():
            return match[0]
    return None


def find_placeholders(resource: Resource) -> Iterator[tuple[str, Ref]]:
    """Walk the placeholders in the metadata and spec of a mesh object, each text once.

    Of other objects name and namespace alone are certain to be taken literally. Variables that Flux
    is known to replace are none.
    """
    seen: set[str] = set()
    for path, text in _literal_texts(resource):
        found = _find_at(resource, path, text)
        if found is None or found in seen or is_replaced(resource, found):
            continue
        seen.add(found)
        yield found, Ref(resource, path)


def _literal_texts(resource: Resource) -> Iterator[tuple[Path, str]]:
    """Walk the texts that are taken as they stand; those of its identity stand first."""
    for path in _IDENTITY:
        text = resource.metadata.get(path[-1])
        if isinstance(text, str) and not _PLAIN.fullmatch(text):
            yield path, text
    if resource.group not in _LITERAL_GROUPS and resource.kind not in {"Service", "Namespace"}:
        return
    if resource.prefix or _may_hold(resource):
        for top in ("metadata", "spec"):
            yield from _texts(resource.data.get(top), (top,))


def _may_hold(resource: Resource) -> bool:
    """Ask the text first, since walking an object costs more."""
    document = resource.document
    if document.may_hold(_WORDS):
        return True
    return document.may_hold("_") and bool(_CAPITALS.search(document.text))


def quotes_placeholder(resource: Resource, message: str) -> bool:
    """Does a message repeat a placeholder of an object, so that it judges what nobody knows?"""
    if not any(sign in message for sign in _REPEATED):
        return False
    return any(one in message for one in resource.once(_placeholders))


def _placeholders(resource: Resource) -> frozenset[str]:
    """Find them in all texts but those of its identity, for the many findings that an object may have."""
    texts = (text for path, text in _literal_texts(resource) if path not in _IDENTITY)
    found = (_find(text, is_name=False) for text in texts)
    return frozenset(one for one in found if one is not None)


def is_replaced(resource: Resource, placeholder: str) -> bool:
    """Does Flux, or the object itself, replace this placeholder, as far as the input tells?"""
    if resource.kind == "Template":  # OpenShift's own: the parameters stand in it
        return True
    match = _VARIABLE.fullmatch(placeholder)
    return match is not None and resource.document.placement.replaces(match[1])


def is_undecided(ref: Ref) -> bool:
    """Does the value at a place, or one right below it, hold a placeholder?"""
    value: Any = ref.resource.data
    for key in ref.path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            if isinstance(value, str):  # the place is within this text, which is no name
                return has_placeholder(value, is_name=False)
            break
    if isinstance(value, str):
        return _find_at(ref.resource, ref.path, value) is not None
    if isinstance(value, dict):
        return any(
            isinstance(child, str) and has_placeholder(child, is_name=key in _NAMES)
            for key, child in value.items()
        )
    if isinstance(value, list):
        is_name = _holds_names(ref.path)
        return any(isinstance(one, str) and has_placeholder(one, is_name=is_name) for one in value)
    return False


def _holds_names(path: Path) -> bool:
    return any(key in _NAMES for key in path[-2:] if isinstance(key, str))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if _SIGNS.search(value):
            yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            if key not in _FREE_TEXT:
                yield from _texts(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _texts(child, (*path, index))
