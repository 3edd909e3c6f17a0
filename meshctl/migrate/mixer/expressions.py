"""Reads Mixer's match expressions as alternatives of conditions on attributes.

The language is that of mixer/pkg/lang (Istio 1.4): ``==``, ``!=``, ``&&``, ``||``, ``|`` for a
default, ``match(value, pattern)`` and the methods of texts.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign>==|!=|&&|\|\||<=|>=|[|!()\[\],.<>+-]))""",
    re.VERBOSE,
)
_METHODS = {"startsWith": "prefix", "endsWith": "suffix", "matches": "regex"}
_MOST_ALTERNATIVES = 64
_DEEPEST = 100


class Condition(NamedTuple):
    """One condition on an attribute.

    ``kind`` is ``is`` (the value), ``prefix``, ``suffix`` or ``regex``; ``key`` is what stands in
    brackets: a label, a header. ``default`` is the text that a missing attribute counts as.
    """

    attribute: str
    key: str
    kind: str
    value: str
    is_negated: bool = False
    default: str | None = None

    @property
    def shown(self) -> str:
        """How messages name the attribute."""
        return f'{self.attribute}["{self.key}"]' if self.key else self.attribute


class Attribute(NamedTuple):
    """An attribute that a value is read of."""

    name: str
    key: str = ""
    default: str | None = None


class ExpressionError(Exception):
    """An expression says more than conditions on attributes can."""


def alternatives(text: str) -> list[tuple[Condition, ...]]:
    """Read a match as alternatives, each of conditions that all have to hold.

    An empty match takes everything. Raises ExpressionError for what can't be read so.
    """
    if not text.strip() or text.strip() == "true":
        return [()]
    return _Parser(text).whole()


def attribute(text: str) -> Attribute:
    """Read an expression that is an attribute, perhaps with a default."""
    parser = _Parser(text)
    found = parser.operand()
    if not isinstance(found, Attribute) or not parser.is_done:
        raise ExpressionError(f"{text} is no attribute")
    return found


_Alternatives = list[tuple[Condition, ...]]


class _Parser:
    """Reads by recursive descent; what is negated is turned inside out at once."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0

    @property
    def is_done(self) -> bool:
        """Is everything read?"""
        return self._place >= len(self._tokens)

    def whole(self) -> _Alternatives:
        """Read all of it."""
        found = self._or(negated=False)
        if not self.is_done:
            raise ExpressionError(f"nothing is known of {self._peek()[1]} there")
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._place] if not self.is_done else ("end", "its end")

    def _take(self, sign: str) -> bool:
        if self._peek() == ("sign", sign):
            self._place += 1
            return True
        return False

    def _or(self, *, negated: bool) -> _Alternatives:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError("it is nested too deep")
        found = self._and(negated=negated)
        while self._take("||"):
            other = self._and(negated=negated)
            found = _both(found, other) if negated else [*found, *other]
        self._depth -= 1
        return found

    def _and(self, *, negated: bool) -> _Alternatives:
        found = self._not(negated=negated)
        while self._take("&&"):
            other = self._not(negated=negated)
            found = [*found, *other] if negated else _both(found, other)
        return found

    def _not(self, *, negated: bool) -> _Alternatives:
        if self._take("!"):
            return self._not(negated=not negated)
        start = self._place
        if self._take("("):
            try:
                found = self._or(negated=negated)
            except ExpressionError:
                found = []
            if found and self._take(")") and self._peek()[1] not in {"==", "!=", "|"}:
                return found
            self._place = start
        return [(self._comparison(negated=negated),)]

    def _comparison(self, *, negated: bool) -> Condition:
        kind, text = self._peek()
        if kind == "name" and text == "match":
            return self._match(negated=negated)
        name, _, method = text.rpartition(".")
        if kind == "name" and method in _METHODS:
            self._place += 1
            return self._call(Attribute(name), _METHODS[method], negated=negated)
        left = self.operand()
        if isinstance(left, Attribute) and self._take("."):
            method = self._next("name")
            if method not in _METHODS:
                raise ExpressionError(f"there is nothing like {method}")
            return self._call(left, _METHODS[method], negated=negated)
        for sign in ("==", "!="):
            if self._take(sign):
                return _compared(left, self.operand(), (sign == "!=") is not negated)
        if isinstance(left, Attribute):
            return _compared(left, "true", negated)
        raise ExpressionError(f"nothing is known of {self._peek()[1]} there")

    def _match(self, *, negated: bool) -> Condition:
        self._place += 1
        self._expect("(")
        value = self.operand()
        self._expect(",")
        pattern = self._next("text")
        self._expect(")")
        if not isinstance(value, Attribute):
            raise ExpressionError("match() of a text is no condition")
        kind, text = _pattern(pattern)
        return Condition(value.name, value.key, kind, text, negated, value.default)

    def _call(self, value: Attribute, kind: str, *, negated: bool) -> Condition:
        self._expect("(")
        text = self._next("text")
        self._expect(")")
        return Condition(value.name, value.key, kind, text, negated, value.default)

    def operand(self) -> Attribute | str:
        """Read an attribute, with its default, or a value."""
        if self._take("("):
            found = self.operand()
            self._expect(")")
        else:
            found = self._plain()
        while isinstance(found, Attribute) and self._take("|"):
            other = self.operand()
            if isinstance(other, Attribute):
                raise ExpressionError("a second attribute as default has nothing like it")
            found = found._replace(default=other)
        return found

    def _plain(self) -> Attribute | str:
        kind, text = self._peek()
        self._place += 1
        if kind in {"text", "number"}:
            return text
        if kind != "name":
            raise ExpressionError(f"nothing is known of {text} there")
        if text in {"true", "false"}:
            return text
        if self._take("("):
            if text not in {"ip", "timestamp", "dnsName", "email", "uri"}:
                raise ExpressionError(f"there is nothing like {text}()")
            inner = self._next("text")
            self._expect(")")
            return inner
        key = ""
        if self._take("["):
            key = self._next("text")
            self._expect("]")
        return Attribute(text, key)

    def _next(self, kind: str) -> str:
        found = self._peek()
        if found[0] != kind:
            raise ExpressionError(f"nothing is known of {found[1]} there")
        self._place += 1
        return found[1]

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ExpressionError(f"{sign} is missing before {self._peek()[1]}")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"nothing is known of {text[position:].strip()[:20]}")
        position = match.end()
        kind = str(match.lastgroup)
        found = match[kind]
        yield kind, re.sub(r"\\(.)", r"\1", found[1:-1]) if kind == "text" else found


def _both(left: _Alternatives, right: _Alternatives) -> _Alternatives:
    found = [(*clause, *other) for clause in left for other in right]
    if len(found) > _MOST_ALTERNATIVES:
        raise ExpressionError(f"it has more than {_MOST_ALTERNATIVES} alternatives")
    return found


def _compared(left: Attribute | str, right: Attribute | str, is_negated: bool) -> Condition:  # noqa: FBT001
    if isinstance(left, str):
        left, right = right, left
    if isinstance(left, str) or isinstance(right, Attribute):
        raise ExpressionError("two attributes, or two values, can't be compared")
    kind, text = ("is", right)
    if "*" in right and left.name in {"source.ip", "destination.ip"}:
        kind, text = _pattern(right)
    return Condition(left.name, left.key, kind, text, is_negated, left.default)


def _pattern(text: str) -> tuple[str, str]:
    if text.endswith("*"):
        return "prefix", text[:-1]
    if text.startswith("*"):
        return "suffix", text[1:]
    return "is", text
