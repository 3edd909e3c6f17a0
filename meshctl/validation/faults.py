"""What is wrong with one object, and where in it?"""

from typing import Literal, NamedTuple

from meshctl.resources.view import Path

FaultKind = Literal[
    "unknown-field", "wrong-type", "missing-field", "value-not-allowed", "out-of-bounds",
    "cel-rule", "webhook", "metadata",
]  # fmt: skip


class Fault(NamedTuple):
    """One reason to refuse an object, or to warn about it."""

    kind: FaultKind
    path: Path
    message: str
    is_warning: bool = False
    key: bool = False
    """Does the fault lie in the key instead of its value?"""
