"""Checks the labels of an object.

Mirrors Validate of pkg/config/labels/instance.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.words import quoted

LONGEST_PREFIX = 253
LONGEST_NAME = 63

_LABEL = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
_NAME = r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_KEY = lazy_pattern(rf"(?:({_LABEL}(?:\.{_LABEL})*)/)?({_NAME})")
_VALUE = lazy_pattern(f"(?:{_NAME})?")


def check_labels(owner: View, key: str) -> Iterator[Fault]:
    """Check a field that holds labels."""
    if key not in owner.data:
        return
    labels = owner.child(key)
    for name, value in owner.labels_of(key).items():
        if why := _why_not_key(name):
            yield refuse(labels.key(name), why)
        if len(value) > LONGEST_NAME or not _VALUE.fullmatch(value):
            yield refuse(
                labels.at(name),
                f"{quoted(value)} cannot be the value of a label; allowed: letters, digits and inner "
                f"- _ . , {LONGEST_NAME} at most",
            )


def _why_not_key(name: str) -> str | None:
    found = _KEY.fullmatch(name)
    if found is None:
        return f"{quoted(name)} cannot be the key of a label; it is name or domain/name"
    prefix, bare = found[1] or "", found[2]
    if len(prefix) > LONGEST_PREFIX:
        return (
            f"the domain of a label's key has {LONGEST_PREFIX} characters at most: {quoted(name)}"
        )
    if len(bare) > LONGEST_NAME:
        return f"the name in a label's key has {LONGEST_NAME} characters at most: {quoted(name)}"
    return None
