"""Reads YAML scalars as Kubernetes does.

Kubernetes reads YAML through sigs.k8s.io/yaml 1.6, which parses with goyaml 2.4 (``resolve.go``)
and turns the result into JSON: YAML 1.1 words and octal numbers, but neither dates nor
sexagesimal numbers, and every key is a string.
"""

import base64
import binascii
import math
import struct

from meshctl.lazy_pattern import lazy_pattern

Scalar = str | int | float | bool | None

CORE = "tag:yaml.org,2002:"
"""What ``!!`` stands for at the start of a tag."""

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(
        ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True
    ),
    **dict.fromkeys(
        ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False
    ),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_INTEGER = lazy_pattern(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)")
_FLOAT = lazy_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_INTEGER = 67
"""A sign, ``0b`` and 64 bits."""
_TAGGED_TYPES: dict[str, tuple[type, ...]] = {
    CORE + "bool": (bool,),
    CORE + "int": (int,),
    CORE + "float": (int, float),
    CORE + "null": (type(None),),
}
_TEXT_TAGS = frozenset({CORE + "str", CORE + "timestamp"})
_COLLECTION_TAGS = frozenset(CORE + name for name in ("map", "seq", "set", "omap", "pairs"))


def plain(text: str) -> Scalar:
    """Read an unquoted scalar; ``.inf`` and ``.nan`` raise ValueError, since JSON has neither."""
    return _as_json(_resolve(text))


def tagged(tag: str, text: str) -> Scalar:
    """Read a scalar under an explicit tag; text that contradicts the tag raises ValueError."""
    if types := _TAGGED_TYPES.get(tag):
        value = _resolve(text)
        if type(value) not in types:
            raise ValueError(f"`{text}` is not what its tag `{shown(tag)}` says")
        return _as_json(value)
    if tag == CORE + "binary":
        try:
            return base64.b64decode(text, validate=True).decode(errors="replace")
        except (binascii.Error, ValueError):
            raise ValueError("the text after `!!binary` is not base64") from None
    return text


def key(text: str) -> str:
    """Read an unquoted key as the string Kubernetes makes of it: ``on`` becomes ``true``."""
    value = _resolve(text)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if value is None or value >= 2**63:
        raise ValueError(f"`{text}` cannot be a key in Kubernetes")
    return str(value)


def is_known(tag: str) -> bool:
    """Say whether Kubernetes acts on a tag; it reads the value under any other tag as if bare."""
    return (
        tag in _TAGGED_TYPES
        or tag in _TEXT_TAGS
        or tag in _COLLECTION_TAGS
        or (tag == CORE + "binary")
    )


def shown(tag: str) -> str:
    """Write a tag as the author did."""
    return "!!" + tag.removeprefix(CORE) if tag.startswith(CORE) else tag


def _resolve(text: str) -> Scalar:
    """What goyaml makes of an unquoted scalar, before the turn into JSON."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        number = _integer(digits)
        if number is not None:
            return number
    if _FLOAT.fullmatch(digits):
        try:
            value = float(text if text[0] == "." else digits)
        except ValueError:  # after a leading dot, underscores must stand between digits
            return text
        return text if math.isinf(value) else value
    return text


def _integer(digits: str) -> int | None:
    """Read Go's integer syntax; out of the range of int64 and uint64 it is no integer."""
    if len(digits) > _LONGEST_INTEGER:
        return None
    unsigned = digits.lstrip("+-")
    octal = unsigned[0] == "0" and unsigned.isdecimal()
    number = int(digits, 8 if octal else 0)
    limit = 2**63 if unsigned != digits else 2**64
    return number if -(2**63) <= number < limit else None


def _as_json(value: Scalar) -> Scalar:
    """JSON numbers without a fraction are integers to Kubernetes."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("Kubernetes has no infinite or undefined numbers")
        if value.is_integer() and abs(value) < 2**63:
            return int(value)
    return value


def float_text(value: float) -> str:
    """Write a float where Kubernetes needs text, as Go's FormatFloat(value, 'g', -1, 32)."""
    if math.isnan(value):
        return ".nan"
    try:
        single = struct.pack("<f", value)
    except OverflowError:
        value = math.copysign(math.inf, value)
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    (value,) = struct.unpack("<f", single)
    digits = next(n for n in range(9) if struct.pack("<f", float(f"{value:.{n}e}")) == single)
    scientific = f"{value:.{digits}e}"
    exponent = int(scientific.partition("e")[2])
    if -4 <= exponent < 6:  # noqa: PLR2004 - where strconv starts to write exponents
        return f"{value:.{max(digits - exponent, 0)}f}"
    return scientific
