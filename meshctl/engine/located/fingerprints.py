"""Gives findings fingerprints that stay when lines, files and other findings come and go.

A fingerprint is made of the rule, the object, the value concerned and the path to it without the
indexes of lists. Findings of one file that share all of these are numbered in their order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from meshctl.engine.located.masked_findings import is_secret
from meshctl.engine.report import LocatedFinding
from meshctl.resources import Ref, Resource
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.sources.documents import Problem

_TITLES = ("name", "host", "hosts", "number")
"""Fields that tell one item of a list from another."""


@lru_cache(maxsize=16)
def anchor_of_place(ref: Ref) -> str:
    """Make the anchor of a finding about a place in an object; those of one place share it."""
    resource = ref.resource
    path = ".".join("[]" if isinstance(key, int) else key for key in ref.path)
    return "\0".join((*_identity(resource), path, "key" if ref.key else _value(ref)))


def anchor_of_problem(problem: Problem) -> str:
    """Make the anchor of what is wrong with a text: its line, wherever that stands."""
    return problem.lines[0].strip() if problem.lines else problem.message


def distinct(findings: Iterable[LocatedFinding]) -> Iterator[LocatedFinding]:
    """Number findings with one fingerprint: those of an object in its file, others in all files.

    The same object in another file has the same fingerprint: it is the same finding. So is what is
    told once for all objects.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for found in findings:
        if found.is_told_once:
            yield found
            continue
        key = found.rule, found.anchor, found.location.file if any(found.resource) else ""
        number = seen[key]
        seen[key] += 1
        yield found._replace(number=number) if number else found


def _identity(resource: Resource) -> tuple[str, str, str, str]:
    home = "" if resource.namespace == UNKNOWN_NAMESPACE else resource.namespace
    return resource.group, resource.kind, home, resource.name


def _value(ref: Ref) -> str:
    if is_secret(ref):
        return ""  # who knows the hash of a password can guess the password
    value = ref.value("")
    if isinstance(value, dict):
        value = next((value[title] for title in _TITLES if title in value), "")
    return "" if isinstance(value, dict | list) and not value else str(value)
