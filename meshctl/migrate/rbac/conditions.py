"""Reads constraints of ServiceRoles and properties of subjects as conditions of today."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_KEYS = re.compile(
    r"request\.headers\[.+\]|request\.auth\.(?:principal|audiences|presenter)"
    r"|request\.auth\.claims(?:\[.+\])+|source\.(?:ip|namespace|principal)"
    r"|destination\.(?:ip|port)|connection\.sni|experimental\.envoy\.filters\..+"
)
_LABELS = re.compile(r"destination\.labels\[(.+)\]")
SOURCE = {
    "source.principal": "principals", "source.namespace": "namespaces",
    "request.auth.principal": "requestPrincipals", "source.ip": "ipBlocks",
}  # fmt: skip
"""Keys that have a field of their own in ``from.source``."""


def is_condition(key: str) -> bool:
    """Is it a key that ``when`` has today?"""
    return _KEYS.fullmatch(key) is not None


def label_of(key: str) -> str:
    """The label that a key asks of the destination; empty for other keys."""
    match = _LABELS.fullmatch(key)
    return match[1] if match else ""


def condition(key: str, values: list[str]) -> dict[str, Any]:
    """Write a condition."""
    return {"key": key, "values": values}


class Clause(NamedTuple):
    """A rule of an AuthorizationPolicy: who, what and under which conditions."""

    source: Mapping[str, Any]
    operation: Mapping[str, Any]
    when: tuple[Mapping[str, Any], ...] = ()

    def form(self) -> dict[str, Any]:
        """Write it."""
        found: dict[str, Any] = {}
        if self.source:
            found["from"] = [{"source": dict(self.source)}]
        if self.operation:
            found["to"] = [{"operation": dict(self.operation)}]
        if self.when:
            found["when"] = [dict(condition) for condition in self.when]
        return found
