r"""Parses RE2's grammar into a small program over characters.

The grammar is that of RE2's parser (parse.cc, ``LikePerl`` flags), which Envoy's ``safe_regex``
uses. Istio's webhook checks with Go's regexp package instead, which differs in two corners: it
also refuses ``\C`` and two groups of one name.

Programs speak of texts that a request can carry, so without line breaks. This makes ``.`` any
character, and the flags ``s``, ``m`` and ``U`` change nothing about what a full match accepts.
"""

from itertools import chain
from typing import NamedTuple, NoReturn

from meshctl.re2.characters import (
    EVERY_CHARACTER,
    LAST,
    PERL_CLASSES,
    POSIX_CLASSES,
    Ranges,
    complement,
    in_both_cases,
    union,
)
from meshctl.re2.program import Code, Edge, Opaque, Take, either, repeat
from meshctl.words import quoted

MOST_REPEATS = 1000
LONGEST_PATTERN = 4096
LONGEST_COUNT = 9


class RegexError(ValueError):
    """RE2 refuses the pattern; the text is a sentence that says why."""


def parse(pattern: str) -> Code | RegexError:
    """Turn a pattern into its program, or say why RE2 refuses it."""
    if len(pattern) > LONGEST_PATTERN:
        return (Opaque("a pattern that is too long"),)
    try:
        return _PatternParser(pattern).pattern()
    except RegexError as error:
        return error


def capturing_groups(pattern: str) -> int | None:
    """Count the groups that a rewrite can name; ``None`` for a pattern that can't be read."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    reader = _PatternParser(pattern)
    try:
        reader.pattern()
    except RegexError:
        return None
    return reader.capturing


class _Piece(NamedTuple):
    """A finished part of a sequence; ``copies`` is what its nested ``{n}`` multiply to."""

    code: Code
    copies: int = 1


class _OpenGroup:
    """An open group: its finished branches, the pieces of the current one, ``(?i)`` outside."""

    def __init__(self, *, fold_outside: bool) -> None:
        self.fold_outside = fold_outside
        self.branches: list[_Piece] = []
        self.pieces: list[_Piece] = []

    def end_branch(self) -> None:
        """Join the pieces of the current branch and open the next one."""
        code = tuple(chain.from_iterable(piece.code for piece in self.pieces))
        copies = max((piece.copies for piece in self.pieces), default=1)
        self.branches.append(_Piece(code, copies))
        self.pieces = []

    def close(self) -> _Piece:
        """Join the branches."""
        self.end_branch()
        copies = max(branch.copies for branch in self.branches)
        return _Piece(either([branch.code for branch in self.branches]), copies)


class _PatternParser:
    """Reads one pattern from left to right; open groups lie on a stack, so nothing recurses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.fold = False
        self.capturing = 0
        self.groups = [_OpenGroup(fold_outside=False)]

    def pattern(self) -> Code:
        repeated = False
        while self.at < len(self.text):
            repeated = self.step(repeated=repeated)
        if len(self.groups) > 1:
            self.fail("a ( is never closed")
        return self.groups[0].close().code

    def fail(self, why: str) -> NoReturn:
        raise RegexError(why)

    def follows(self, text: str) -> bool:
        """Step over ``text`` if it comes next."""
        found = self.text.startswith(text, self.at)
        if found:
            self.at += len(text)
        return found

    def until(self, end: str, error: str) -> str:
        """Read up to ``end`` and step over it."""
        stop = self.text.find(end, self.at)
        if stop < 0:
            self.fail(error)
        found = self.text[self.at : stop]
        self.at = stop + len(end)
        return found

    def take(self, error: str) -> str:
        """Read one character."""
        if self.at >= len(self.text):
            self.fail(error)
        self.at += 1
        return self.text[self.at - 1]

    def add(self, step: Take | Edge | Opaque) -> None:
        """Append one step to the current branch."""
        self.groups[-1].pieces.append(_Piece((step,)))

    def add_class(self, ranges: Ranges | None) -> None:
        """Append a set of characters, or what stands for an unknown one."""
        self.add(Opaque("Unicode tables") if ranges is None else Take(ranges))

    def step(self, *, repeated: bool) -> bool:
        """Read one construct; say whether it was a repetition, which may not be repeated."""
        char = self.take("")
        count = self.count() if char == "{" else None
        if char in _REPETITIONS or count:
            self.follows("?")
            if repeated:
                self.fail("two repetitions follow each other; RE2 has no possessive ++ *+ ?+")
            self.repetition(*(count or _REPETITIONS[char]), counted=count is not None)
            return True
        match char:
            case "(":
                self.open_group()
            case ")":
                self.close_group()
            case "|":
                self.groups[-1].end_branch()
            case "[":
                self.add_class(self.char_class())
            case ".":
                self.add(Take(EVERY_CHARACTER))
            case "^":
                self.add(Edge.START)
            case "$":
                self.add(Edge.END)
            case "\\":
                self.backslash()
            case _:
                self.add_class(self.folded(ord(char)))
        return False

    def folded(self, low: int, high: int | None = None) -> Ranges | None:
        """Make a range, with the other cases of its letters where ``(?i)`` is on."""
        ranges = ((low, low if high is None else high),)
        return in_both_cases(ranges) if self.fold else ranges

    def count(self) -> tuple[int, int | None] | None:
        """Read ``n}``, ``n,}`` or ``n,m}``; after any other text the brace is a literal."""
        inside, brace, _ = self.text[self.at :].partition("}")
        low, comma, high = inside.partition(",")
        if not brace or not _is_count(low) or not (_is_count(high) or not high):
            return None
        self.at += len(inside) + 1
        return int(low), int(high) if high else None if comma else int(low)

    def repetition(self, low: int, high: int | None, *, counted: bool) -> None:
        """Repeat the piece before (RE2 bounds the product of nested counts, too)."""
        most = low if high is None else high
        if most < low or most > MOST_REPEATS:
            self.fail(f"a repetition counts up, and to {MOST_REPEATS} at most: {{{low},{most}}}")
        pieces = self.groups[-1].pieces
        if not pieces:
            self.fail("there is nothing before the repetition")
        code, copies = pieces.pop()
        if counted and most > 0:
            copies *= most
            if most > 1 and copies > MOST_REPEATS:
                self.fail(f"nested repetitions multiply to more than {MOST_REPEATS}")
        pieces.append(_Piece(repeat(code, low, high), copies))

    def open_group(self) -> None:
        """Read what follows ``(``: a group, a named group, or flags."""
        group = _OpenGroup(fold_outside=self.fold)
        if self.follows("?"):
            if self.text.startswith(("=", "!", "<=", "<!"), self.at):
                self.fail("RE2 has no lookahead and no lookbehind: (?= (?! (?<= (?<!")
            if self.follows("P<") or self.follows("<"):
                name = self.until(">", "the name of a group ends with >")
                if not name or not f"_{name}".isidentifier():
                    self.fail(f"{quoted(name)} is not a name for a group")
                self.capturing += 1
            elif not self.opens_after_flags():
                return
        else:
            self.capturing += 1
        self.groups.append(group)

    def opens_after_flags(self) -> bool:
        """Read ``i-s:``, which opens a group, or ``i-s)``, whose flags hold from here on."""
        switch, complete = True, True
        fold = self.fold
        while True:
            flag = self.take("nothing follows (?")
            if flag == "-" and switch:
                switch, complete = False, False
            elif flag in "imsU":
                fold = switch if flag == "i" else fold
                complete = True
            elif flag in ":)" and complete:
                self.fold = fold
                return flag == ":"
            else:
                self.fail(f"RE2 has no (?{flag} here; the flags are i, m, s and U")

    def close_group(self) -> None:
        if len(self.groups) == 1:
            self.fail("a ) closes nothing")
        group = self.groups.pop()
        self.fold = group.fold_outside
        self.groups[-1].pieces.append(group.close())

    def backslash(self) -> None:
        r"""Read what follows a ``\`` outside of a class."""
        if self.follows("A"):
            self.add(Edge.START)
        elif self.follows("z"):
            self.add(Edge.END)
        elif self.follows("b") or self.follows("B"):
            self.add(Opaque("a word boundary"))
        elif self.follows("C"):
            self.add(Opaque("a single byte"))
        elif self.follows("Q"):
            quoted, _, rest = self.text[self.at :].partition(r"\E")
            self.at = len(self.text) - len(rest)
            for char in quoted:
                self.add_class(self.folded(ord(char)))
        elif self.property():
            self.add_class(None)
        else:
            self.add_class(self.perl_class() or self.folded(self.escaped()))

    def property(self) -> bool:
        r"""Read ``pN`` or ``p{Greek}`` after a ``\``; scripts are not listed, only their form is."""
        if not (self.follows("p") or self.follows("P")):
            return False
        name = self.take(r"\p needs the name of a Unicode property")
        if name == "{":
            name = self.until("}", "the name of a Unicode property ends with }")
        name = name.removeprefix("^")
        if name not in _CATEGORIES and not _is_script(name):
            self.fail(f"{quoted(name)} is not a Unicode property that RE2 knows")
        return True

    def perl_class(self) -> Ranges | None:
        r"""Read ``d``, ``W`` and their like after a ``\``, if one comes next."""
        letter = self.text[self.at : self.at + 1]
        ranges = PERL_CLASSES.get(letter.lower())
        if ranges is None:
            return None
        self.at += 1
        return self.ascii_class(ranges, negated=letter.isupper())

    def ascii_class(self, ranges: Ranges, *, negated: bool) -> Ranges:
        """Fold first and negate then, as RE2 does."""
        chosen = (in_both_cases(ranges) if self.fold else None) or ranges
        return complement(chosen) if negated else chosen

    def char_class(self) -> Ranges | None:
        """Read a class after its ``[``; None if it holds something that is not modelled."""
        negated = self.follows("^")
        items = [self.class_item()]
        while not self.follows("]"):
            items.append(self.class_item())
        known = [item for item in items if item is not None]
        if len(known) < len(items):
            return None
        ranges = union(chain.from_iterable(known))
        return complement(ranges) if negated else ranges

    def class_item(self) -> Ranges | None:
        """Read a named class, one character or a range."""
        if self.text.startswith("[:", self.at) and self.text.find(":]", self.at + 2) > 0:
            self.at += 2
            name = self.until(":]", "")
            ranges = POSIX_CLASSES.get(name.removeprefix("^"))
            if ranges is None:
                self.fail(f"[:{name}:] is not a class that RE2 knows")
            return self.ascii_class(ranges, negated=name.startswith("^"))
        if self.follows("\\"):
            if self.property():
                return None
            if ranges := self.perl_class():
                return ranges
            self.at -= 1
        low = high = self.class_character()
        if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
            self.at += 1
            high = self.class_character()
        if high < low:
            self.fail(f"the range {chr(low)}-{chr(high)} runs backwards")
        return self.folded(low, high)

    def class_character(self) -> int:
        char = self.take("a [ is never closed")
        return self.escaped() if char == "\\" else ord(char)

    def escaped(self) -> int:
        r"""Read one character after a ``\``."""
        char = self.take("a \\ at the end escapes nothing")
        if char in _CONTROLS:
            return ord(_CONTROLS[char])
        if char == "x":
            return self.hexadecimal()
        digits = self.text[self.at - 1 : self.at + 2]
        octal = digits[: len(digits) - len(digits.lstrip("01234567"))]
        if octal.startswith("0") or len(octal) > 1:
            self.at += len(octal) - 1
            return int(octal, 8)
        if octal:
            self.fail(rf"RE2 has no backreferences: \{char}")
        if char.isalnum() or not char.isascii():
            self.fail(rf"\{char} is not an escape that RE2 knows")
        return ord(char)

    def hexadecimal(self) -> int:
        error = r"\x needs two hexadecimal digits, or some in braces up to 10FFFF"
        braces = self.follows("{")
        digits = self.until("}", error) if braces else self.take(error) + self.take(error)
        if not digits or digits.strip("0123456789abcdefABCDEF") or int(digits, 16) > LAST:
            self.fail(error)
        return int(digits, 16)


def _is_count(text: str) -> bool:
    """Say whether RE2 reads the text as a count: up to nine digits without a leading zero."""
    digits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_COUNT
    return digits and (text == "0" or text[0] != "0")


def _is_script(name: str) -> bool:
    """Say whether the name is formed as that of a script, of three letters or more."""
    capital, letters = name[:1], name[2:].replace("_", "")
    return name.isascii() and capital.isupper() and letters.isalpha()


_REPETITIONS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CATEGORIES = frozenset({
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn",
    "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps",
    "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Yi",
})  # fmt: skip
