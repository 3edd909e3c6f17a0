"""Checks that a text is an expression of the Common Expression Language.

Asks what cel-go's parser asks (``env.Parse`` in validation_istiod.go, Istio 1.31): grammar and
macros, not types or names. A loop with a stack of open brackets, so that no depth is too much.
"""

import re
from typing import NoReturn

from meshctl.validation.wording import show
from meshctl.words import quoted

_ESCAPE = r"\\(?:[abfnrtv\"'`?\\]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})"
_RAW_TEXT = r"""[bB]?[rR][bB]?(?:\"{3}(?s:.*?)\"{3}|'{3}(?s:.*?)'{3}|"[^"\n\r]*"|'[^'\n\r]*')"""
_TEXT = (
    rf"""[bB]?(?:\"{{3}}(?:{_ESCAPE}|[^\\])*?\"{{3}}|'{{3}}(?:{_ESCAPE}|[^\\])*?'{{3}}"""
    rf"""|"(?:{_ESCAPE}|[^"\\\n\r])*"|'(?:{_ESCAPE}|[^'\\\n\r])*')"""
)
_TOKEN = re.compile(
    rf"""(?P<blank>[\ \t\r\n\f]+|//[^\n]*)
    |(?P<text>{_RAW_TEXT}|{_TEXT})
    |(?P<number>[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|0x[0-9a-fA-F]+[uU]?|[0-9]+[uU]?)
    |(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    |(?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{{}}])""",
    re.VERBOSE,
)

_BINARY = frozenset({"&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "in"})
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WORDS = frozenset({"true", "false", "null"})
_RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
})  # fmt: skip
MACROS = {
    "all": (2,), "exists": (2,), "exists_one": (2,), "existsOne": (2,), "filter": (2,), "map": (2, 3),
}  # fmt: skip
_LARGEST = {"": 2**63 - 1, "u": 2**64 - 1}


class _SyntaxError(ValueError):
    """The text is not an expression; the message says why."""


class _Open:
    """An open bracket: what it opens, and what has been read in it."""

    def __init__(self, bracket: str, use: str = "group", callee: str = "") -> None:
        self.bracket = bracket
        self.use = use  # group, call, macro, list, index, map or message
        self.callee = callee
        self.start = 0
        self.arguments = 0
        self.conditions = 0
        self.awaits_value = use in {"map", "message"}
        self.has_operator = False
        self.names_variable = False


def why_not_cel(text: str) -> str | None:
    """Say why a text is not an expression."""
    try:
        _Reader(text).read()
    except _SyntaxError as error:
        return f"{show(text)} is not a CEL expression: {error}"
    return None


def read_tokens(text: str) -> list[tuple[str, str]]:
    """Give the tokens of an expression with their kind (text, number, name, sign); none of others."""
    return [] if why_not_cel(text) else _tokens(text)


class _Reader:
    """Reads tokens; ``after_operand`` says whether an operand has just ended."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.after_operand = False
        self.open = [_Open("")]

    def read(self) -> None:
        """Read the whole text."""
        while self.at < len(self.tokens):
            kind, word = self.tokens[self.at]
            self.at += 1
            if self.after_operand:
                self.continue_operand(word)
            else:
                self.begin_operand(kind, word)
        if len(self.open) > 1:
            self.fail(f"{self.open[-1].bracket} is never closed")
        self.end_part("the end")

    def fail(self, why: str) -> NoReturn:
        raise _SyntaxError(why)

    def peek(self, back: int = 0) -> str:
        """Look at the next word, or at one before it."""
        at = self.at - back
        return self.tokens[at][1] if 0 <= at < len(self.tokens) else ""

    def push(self, bracket: str, use: str, callee: str = "") -> None:
        frame = _Open(bracket, use, callee)
        frame.start = self.at
        self.open.append(frame)
        self.after_operand = False

    def begin_operand(self, kind: str, word: str) -> None:
        frame = self.open[-1]
        if word in _CLOSING:
            self.push(word, {"(": "group", "[": "list", "{": "map"}[word])
        elif word == _CLOSING.get(frame.bracket) and self.may_close_here(frame):
            self.close()
        elif word in {"!", "-"} or (word == "." and self.next_is_name()):
            return
        elif kind == "number":
            self.check_number(word)
            self.after_operand = True
        elif kind == "text" or (kind == "name" and word != "in"):
            if kind == "name" and word in _RESERVED and frame.use != "message":
                self.fail(f"{word} is a reserved word")
            self.after_operand = True
        else:
            self.fail(f"an operand is expected where {word} stands")

    def next_is_name(self) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0] == "name"

    def may_close_here(self, frame: _Open) -> bool:
        """Brackets may be empty, except those of a group or index; lists may end with a comma."""
        is_empty = self.at - 1 == frame.start
        if is_empty:
            return frame.use in {"call", "macro", "list", "map", "message"}
        return self.peek(2) == "," and frame.use in {"list", "map", "message"}

    def continue_operand(self, word: str) -> None:
        frame = self.open[-1]
        before = self.tokens[self.at - 2]
        is_name = before[0] == "name" and before[1] not in _WORDS
        if word == ".":
            if not self.next_is_name():
                self.fail("a name is expected after the dot")
            self.at += 1
        elif word == "(" and is_name:
            is_macro = before[1] == "has" or (before[1] in MACROS and self.is_member())
            self.push(word, "macro" if is_macro else "call", before[1])
        elif word == "[":
            self.push(word, "index")
        elif word == "{" and is_name:
            self.push(word, "message")
        elif word in _BINARY:
            frame.has_operator = True
            self.after_operand = False
        elif word == "?":
            frame.conditions += 1
            frame.has_operator = True
            self.after_operand = False
        elif word == ":":
            self.colon(frame, is_name=is_name)
        elif word == "," and frame.use not in {"group", "index"}:
            self.end_argument(frame)
            self.after_operand = False
        elif word == _CLOSING.get(frame.bracket):
            self.close()
        else:
            self.fail(f"an operator is expected where {word} stands")

    def is_member(self) -> bool:
        """Is the name before the current bracket selected from an operand, as in ``a.b(``?"""
        dot, operand = self.at - 3, self.at - 4
        return (
            operand >= 0
            and self.tokens[dot][1] == "."
            and (self.tokens[operand][0] != "sign" or self.tokens[operand][1] in {")", "]", "}"})
        )

    def colon(self, frame: _Open, *, is_name: bool) -> None:
        if frame.conditions:
            frame.conditions -= 1
        elif frame.awaits_value and (is_name or frame.use == "map"):
            frame.awaits_value = False
        else:
            self.fail("the : belongs to no ? and to no key")
        self.after_operand = False

    def end_part(self, where: str) -> None:
        """Check what must be complete at a comma, a closing bracket or the end."""
        frame = self.open[-1]
        if not self.after_operand:
            self.fail(f"an operand is expected before {where}")
        if frame.conditions:
            self.fail("a ? lacks its :")
        if frame.awaits_value and frame.use in {"map", "message"}:
            self.fail("a key lacks its value")

    def end_argument(self, frame: _Open) -> None:
        self.end_part("the comma or bracket")
        if frame.arguments == 0:
            kind, word = self.tokens[frame.start]
            ends_at = self.at - 1
            frame.names_variable = (
                ends_at - frame.start == 1 and kind == "name" and word not in _WORDS
            )
        frame.arguments += 1
        frame.awaits_value = frame.use in {"map", "message"}

    def close(self) -> None:
        frame = self.open[-1]
        if self.after_operand:
            self.end_argument(frame)
        if frame.use == "macro":
            self.check_macro(frame)
        self.open.pop()
        self.after_operand = True

    def check_macro(self, frame: _Open) -> None:
        if frame.callee == "has":
            selects = self.peek(3) == "." and not frame.has_operator
            if frame.arguments == 1 and not selects:
                self.fail("has() asks for one field, as in has(request.auth)")
        elif frame.arguments in MACROS.get(frame.callee, ()) and not frame.names_variable:
            self.fail(f"the first argument of {frame.callee}() is the name of a variable")

    def check_number(self, word: str) -> None:
        suffix = "u" if word[-1] in "uU" else ""
        digits = word.rstrip("uU")
        is_hex = digits.startswith("0x")
        if not is_hex and not digits.isdecimal():
            return
        value = int(digits[:40], 16 if is_hex else 10)
        minus = self.peek(2) == "-" and not suffix
        if value > _LARGEST[suffix] + minus:
            self.fail(f"{word} is too large")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        word = _TOKEN.match(text, at)
        if word is None:
            raise _SyntaxError(f"{quoted(text[at])} has no meaning here")
        at = word.end()
        kind = word.lastgroup or ""
        if kind != "blank":
            found.append((kind, word.group()))
    return found
