"""Models one part of a request: its path, a header, a query parameter.

A condition without a value asks for presence; in ``withoutHeaders`` it asks for absence. With a
value, ``withoutHeaders`` reads a header that is absent as an empty one, which must not match
(``treat_missing_header_as_empty``: pilot/pkg/networking/core/route/route.go, 1.31).
"""

from enum import Enum
from typing import Final, Literal, NamedTuple

from meshctl.mesh.matching.string_match import StringMatch, find_text
from meshctl.re2.automaton import CANT_TELL, CARRIED, CantTell, Universe
from meshctl.re2.characters import any_of, common, complement

PATH = Universe(any_of("/"), common(CARRIED, complement(any_of("# ?"))), may_be_empty=False)
"""Paths: from the first slash up to the query, which Envoy cuts off before it matches.

``OPTIONS *`` and CONNECT have no such path; a VirtualService is not written for them.
"""

_TOKEN = any_of("a-z A-Z 0-9 ! # $ % & ' * + - . ^ _ ` | ~")
METHOD = Universe(
    _TOKEN, _TOKEN, may_be_empty=False,
    samples=("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
)  # fmt: skip
SCHEME = Universe(CARRIED, CARRIED, may_be_empty=False, samples=("http", "https"))
AUTHORITY = Universe(CARRIED, CARRIED)
HEADER = Universe(CARRIED, CARRIED, samples=("1",))
_IN_QUERY = common(CARRIED, complement(any_of("# &")))
QUERY = Universe(_IN_QUERY, _IN_QUERY, samples=("1",))


class Absent(Enum):
    """The answer of a request that does without the part."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class RequestPart(NamedTuple):
    """The name of a part; header names are in lower case, method and host are headers too."""

    kind: Literal["path", "header", "query"]
    name: str = ""


PATH_PART = RequestPart("path")
METHOD_PART = RequestPart("header", ":method")
SCHEME_PART = RequestPart("header", ":scheme")
AUTHORITY_PART = RequestPart("header", ":authority")


class PartMatch(NamedTuple):
    """What a match asks of one part: all of ``inside`` must match, none of ``outside`` may.

    ``absent`` and ``present``: does it take requests without the part (None: can't tell), and
    with it?
    """

    universe: Universe
    absent: bool | None = True
    present: bool = True
    inside: tuple[StringMatch, ...] = ()
    outside: tuple[StringMatch, ...] = ()

    def wanting(self, match: StringMatch) -> "PartMatch":
        """Ask for the part, and its text to match."""
        inside = self.inside if match.kind == "any" else (*self.inside, match)
        return self._replace(absent=False, inside=inside)

    def refusing(self, match: StringMatch) -> "PartMatch":
        """Ask for the text not to match, or (``any``) for the part not to be there."""
        if match.kind == "any":
            return self._replace(present=False)
        takes_empty = match.takes("", self.universe)
        absent = self.absent and (None if takes_empty is None else not takes_empty)
        return self._replace(absent=absent, outside=(*self.outside, match))

    def covers(self, other: "PartMatch") -> bool | None:
        """Say whether this holds wherever the other does; None: can't tell."""
        if self.absent is False and other.absent:
            return False
        verdict = True if self.absent or other.absent is False else None
        questions = [(other.inside, (*other.outside, match)) for match in self.inside]
        questions += [((*other.inside, match), other.outside) for match in self.outside]
        if not self.present:
            questions = [(other.inside, other.outside)]
        for inside, outside in questions if other.present else ():
            left = find_text(inside, outside, self.universe)
            if isinstance(left, str):
                return False
            verdict = None if left is CANT_TELL else verdict
        return verdict

    def meet(self, other: "PartMatch") -> str | Absent | CantTell | None:
        """Find what meets both: absence if it does, else a text; None: nothing does."""
        if self.absent and other.absent:
            return ABSENT
        text: str | CantTell | None = None
        if self.present and other.present:
            inside = tuple(dict.fromkeys(self.inside + other.inside))
            text = find_text(inside, self.outside + other.outside, self.universe)
        if text is None and self.absent is not False and other.absent is not False:
            return CANT_TELL
        return text


_ALWAYS_THERE = {
    PATH_PART: PartMatch(PATH, absent=False),
    METHOD_PART: PartMatch(METHOD, absent=False),
    SCHEME_PART: PartMatch(SCHEME, absent=False),
    AUTHORITY_PART: PartMatch(AUTHORITY, absent=False),
}


def free(part: RequestPart) -> PartMatch:
    """Ask nothing of a part."""
    return _ALWAYS_THERE.get(part) or PartMatch(QUERY if part.kind == "query" else HEADER)
