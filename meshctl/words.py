"""The words of messages: text and numbers of users, amounts, articles, what can't be shown."""

from collections.abc import Sequence

_SPACE = 0x20
_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
_COMMANDS = ("##[", "##vso[", "##teamcity[")
_SHARP, _RATIO = "\u266f", "\u2236"
_REPLACEMENT = "\ufffd"
_LONGEST_NUMBER = 18
"""Digits that fit into 64 bits whatever they are; Python refuses to read some thousand of them."""
_SAID_WITH_A_VOWEL = frozenset("AEFHILMNORSX")
_SAID_YOU = ("UDP", "UID", "UR", "US", "UNI")


def quoted(text: object) -> str:
    r"""Quote text of a user as it was written: ``/a\.html`` is shown as ``'/a\.html'``.

    A backslash isn't doubled, as ``repr`` would; what a terminal would obey is shown as a picture.
    Values that are no text are written as Python does.
    """
    if not isinstance(text, str):
        return repr(text)
    mark = '"' if "'" in text and '"' not in text else "'"
    return f"{mark}{visible(text)}{mark}"


def whole_number(text: str) -> int | None:
    """Read decimal digits; ``None`` for all other text, and for more digits than a number in Go has.

    Signs are no digits here, nor are those of other scripts, as for ``strconv.ParseUint`` of Go 1.24.
    """
    is_one = len(text) <= _LONGEST_NUMBER and text.isascii() and text.isdecimal()
    return int(text) if is_one else None


def amount(number: int, noun: str, plural: str | None = None) -> str:
    """Count things: ``1 file``, ``2 files``, ``2 policies``; ``plural`` where no rule makes it."""
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {plural or plural_of(noun)}"


def plural_of(noun: str) -> str:
    """Write a noun for several: ``gateways``, ``policies``, ``matches``."""
    if noun.endswith("y") and noun[-2:-1].lower() not in set("aeiou"):
        return f"{noun[:-1]}ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun}s"


MOST_LISTED = 10
"""Names of what there is that a message lists."""


def shortened(names: Sequence[object], most: int = 3, number: int | None = None) -> str:
    """List names, the first few of many: ``a, b, c and 197 more``; ``number`` counts what isn't in the list, too."""
    shown, number = ", ".join(map(str, names[:most])), len(names) if number is None else number
    return f"{shown} and {number - most} more" if number > most else shown


def all_of(names: Sequence[object], most: int = MOST_LISTED) -> str:
    """Say names one by one, ``a and b and c``, and of more than a message has room for the first few."""
    return " and ".join(map(str, names)) if len(names) <= most else shortened(names, most)


def with_article(noun: str) -> str:
    """Put ``a`` or ``an`` before a noun, by its sound: ``an HTTPS``, ``a TLS``, ``a UDP``."""
    first = noun[:1].upper()
    if noun.upper().startswith(_SAID_YOU):
        return f"a {noun}"
    word = noun.replace("-", " ").split()[0] if noun.split() else ""
    if word.isupper() and not set(word) & set("AEIOU"):
        return f"an {noun}" if first in _SAID_WITH_A_VOWEL else f"a {noun}"
    return f"an {noun}" if first in set("AEIOU") else f"a {noun}"


def message_lines(message: str) -> list[str]:
    """Split a message into lines that are safe to show; mostly it is one."""
    return [visible(line) for line in message.splitlines()] or [""]


def one_line(text: str) -> str:
    """Write text on one line that is safe to show."""
    return visible(" ".join(text.split()))


def without_password(address: str) -> str:
    """Show a URL, without the user and the password that may stand in it, whatever they hold."""
    scheme, slashes, rest = address.partition("://")
    is_address = slashes and not set(scheme) & set(":/@")
    shown = (rest if is_address else address).rpartition("@")[2]
    return f"{scheme}{slashes}{shown}" if is_address else shown


def visible(text: str) -> str:
    """Show what a terminal would hide or obey: control, format and unpaired characters.

    Control characters become their pictures (ESC becomes U+241B), all others U+FFFD, so that
    text from a file can neither forge output nor hide a zero-width space.
    """
    shown = text
    if not text.isprintable():
        shown = "".join(char if char.isprintable() else _picture(ord(char)) for char in text)
    return _tame(shown) if "##" in shown or "::" in shown else shown


def _tame(text: str) -> str:
    """Break what the log of a build server would obey, with characters that look alike.

    GitHub takes ``::command::`` at the start of a line, ``##[command]`` anywhere; Azure and TeamCity
    have ``##vso[`` and ``##teamcity[``.
    """
    for command in _COMMANDS:
        text = text.replace(command, f"#{_SHARP}{command[2:]}")
    if text.lstrip().startswith("::"):
        text = text.replace("::", f"{_RATIO}:", 1)
    return text


def _picture(code: int) -> str:
    if code < _SPACE:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else _REPLACEMENT
