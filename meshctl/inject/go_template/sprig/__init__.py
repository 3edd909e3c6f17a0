"""The functions that templates borrow from Sprig (Masterminds/sprig 3.3)."""

from collections.abc import Callable, Mapping
from typing import Any

from meshctl.inject.go_template.sprig.collections import COLLECTIONS
from meshctl.inject.go_template.sprig.numbers import NUMBERS
from meshctl.inject.go_template.sprig.patterns import PATTERNS
from meshctl.inject.go_template.sprig.refused import REFUSED
from meshctl.inject.go_template.sprig.strings import STRINGS

_PLAIN: Mapping[str, Callable[..., Any]] = {**STRINGS, **COLLECTIONS, **NUMBERS, **PATTERNS}
_MUST = (
    "append chunk compact deepCopy first fromJson has initial last merge mergeOverwrite prepend "
    "push regexFind regexFindAll regexMatch regexReplaceAll regexReplaceAllLiteral regexSplit rest "
    "reverse slice toJson toPrettyJson toRawJson uniq without"
)
"""Functions that have a twin which fails where they give nothing; here both fail."""

SPRIG: Mapping[str, Callable[..., Any]] = {
    **REFUSED,
    **_PLAIN,
    **{f"must{name[:1].upper()}{name[1:]}": _PLAIN[name] for name in _MUST.split()},
}
