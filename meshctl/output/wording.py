"""Words amounts, and shows characters that a terminal would hide or obey."""

_SPACE = 0x20
_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
_REPLACEMENT = "\ufffd"


def amount(number: int, noun: str) -> str:
    """Count things: ``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def message_lines(message: str) -> list[str]:
    """Split a message into lines that are safe to show; mostly it is one."""
    return [visible(line) for line in message.splitlines()] or [""]


def one_line(text: str) -> str:
    """Write text on one line that is safe to show."""
    return visible(" ".join(text.split()))


def visible(text: str) -> str:
    """Show what a terminal would hide or obey: control, format and unpaired characters.

    Control characters become their pictures (ESC becomes U+241B), all others U+FFFD, so that
    text from a file can neither forge output nor hide a zero-width space.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _picture(ord(char)) for char in text)


def _picture(code: int) -> str:
    if code < _SPACE:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else _REPLACEMENT
