"""Matches paths with templates that hold ``{*}`` and ``{**}``.

Mirrors the URI template matcher of Envoy that istiod asks for (pilot/pkg/security/authz/matcher/
template.go, Istio 1.31): ``{*}`` is one segment that is not empty, ``{**}`` any number of them,
which may be empty but keeps the slash before it.
"""

import re
from functools import lru_cache

from meshctl.re2.patterns import Pattern, compiled
from meshctl.re2.quoting import quote_meta

_LETTERS = r"a-zA-Z0-9\-._~%!$&'()+,;:@="
_ONE = f"[{_LETTERS}]+"
_MANY = f"[{_LETTERS}/]*"
_OPERATOR = re.compile(r"\{\*\*\}|\{\*\}|\*\*|\*")


def is_path_template(path: str) -> bool:
    """Does a path of a policy use a template, rather than a plain ``*`` at an end?"""
    return "{*}" in path or "{**}" in path


def template_takes(template: str, path: str) -> bool:
    """Does a template take a path, given without its query?

    Envoy refuses one that doesn't begin with a slash (parsePathPatternSyntax, uri_template_lib).
    """
    return template.startswith("/") and _pattern(template).fits(path)


@lru_cache(maxsize=1024)
def _pattern(template: str) -> Pattern:
    parts, start = [], 0
    for found in _OPERATOR.finditer(template):
        parts.append(quote_meta(template[start : found.start()]))
        parts.append(_MANY if "**" in found[0] else _ONE)
        start = found.end()
    parts.append(quote_meta(template[start:]))
    return compiled("".join(parts))
