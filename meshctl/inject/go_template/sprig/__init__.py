"""Which functions do templates borrow from Sprig? (Masterminds/sprig 3.3)"""

from collections.abc import Callable, Mapping
from typing import Any

from meshctl.inject.go_template.sprig.collections import COLLECTIONS
from meshctl.inject.go_template.sprig.numbers import NUMBERS
from meshctl.inject.go_template.sprig.refused import REFUSED
from meshctl.inject.go_template.sprig.strings import STRINGS

SPRIG: Mapping[str, Callable[..., Any]] = {**REFUSED, **STRINGS, **COLLECTIONS, **NUMBERS}
