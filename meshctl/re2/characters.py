"""Character sets: their members, complements and other cases."""

from collections.abc import Iterable

Range = tuple[int, int]
"""Code points from the first to the last, both included."""

Ranges = tuple[Range, ...]
"""A set of characters: ranges in order, apart from each other."""

LAST = 0x10FFFF
EVERY_CHARACTER: Ranges = ((0, LAST),)


def union(ranges: Iterable[Range]) -> Ranges:
    """Sort ranges and join those that touch."""
    joined: list[Range] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def complement(ranges: Ranges) -> Ranges:
    """Take every character that is not in the ranges."""
    lows = [0, *(high + 1 for _, high in ranges)]
    highs = [*(low - 1 for low, _ in ranges), LAST]
    return tuple((low, high) for low, high in zip(lows, highs, strict=True) if low <= high)


def common(first: Ranges, second: Ranges) -> Ranges:
    """Take the characters that are in both."""
    return tuple(
        (max(low, other_low), min(high, other_high))
        for low, high in first
        for other_low, other_high in second
        if low <= other_high and other_low <= high
    )


def any_of(items: str) -> Ranges:
    """Read a set from single characters and ranges, parted by blanks: ``a-z 0-9 _``."""
    return union((ord(item[0]), ord(item[-1])) for item in items.split())


def in_both_cases(ranges: Ranges) -> Ranges | None:
    """Add the other cases as RE2's ``(?i)`` does; unknown (None) beyond ASCII, for lack of tables."""
    if ranges and ranges[-1][1] > ord("\x7f"):
        return None
    chars = {chr(code) for low, high in ranges for code in range(low, high + 1)}
    both = {case for char in chars for case in (char.lower(), char.upper())}
    # The Kelvin sign and the long s are the only characters that fold into ASCII letters.
    both |= {sign for sign, letter in (("\u212a", "k"), ("\u017f", "s")) if letter in both}
    return union((ord(char), ord(char)) for char in both)


_WORD = any_of("a-z A-Z 0-9 _")

PERL_CLASSES = {"d": any_of("0-9"), "s": union(((9, 10), (12, 13), (32, 32))), "w": _WORD}
r"""What ``\d \s \w`` stand for (RE2, perl_groups.cc)."""

POSIX_CLASSES = {
    "alnum": any_of("a-z A-Z 0-9"),
    "alpha": any_of("a-z A-Z"),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": any_of("0-9"),
    "graph": any_of("!-~"),
    "lower": any_of("a-z"),
    "print": ((32, 126),),
    "punct": any_of("!-/ :-@ [-` {-~"),
    "space": ((9, 13), (32, 32)),
    "upper": any_of("A-Z"),
    "word": _WORD,
    "xdigit": any_of("0-9 a-f A-F"),
}
"""What ``[:alpha:]`` and its like stand for (RE2, perl_groups.cc)."""
