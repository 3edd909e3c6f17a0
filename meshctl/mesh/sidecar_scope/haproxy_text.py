"""Reads from the configuration of HAProxy which servers it checks by HTTP/1.0.

``option httpchk`` asks by HTTP/1.0 unless it, or ``http-check send``, names another version; servers are
checked where ``check`` stands on their line or on ``default-server`` (configuration manual, 4.2 and 5.2).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_SECTIONS = frozenset({
    "global", "defaults", "frontend", "backend", "listen", "resolvers", "peers", "cache", "userlist",
    "mailers", "program", "http-errors", "ring", "fcgi-app", "log-forward",
})  # fmt: skip
_ADDRESS = re.compile(r"(?:ipv4@)?(?P<host>[A-Za-z][A-Za-z0-9.-]*):(?P<port>\d{1,5})")
_ENCRYPTED = frozenset({"ssl", "check-ssl"})
_VERSION = re.compile(r"HTTP/\d(?:\.\d)?")
_OLD = "HTTP/1.0"
_MOST_LINES = 5000


class CheckedServer(NamedTuple):
    """A server that is checked by HTTP/1.0."""

    host: str
    port: int


@dataclass
class _Section:
    version: str = ""
    """Of the requests of checks; empty without any."""
    is_checked: bool = False
    servers: list[list[str]] = field(default_factory=list)


def checked_servers(text: str) -> Iterator[CheckedServer]:
    """Walk the servers that HAProxy asks so, section by section."""
    if "httpchk" not in text:
        return
    defaults = section = _Section()
    for line in (*text.splitlines()[:_MOST_LINES], "global"):
        words = line.partition("#")[0].split()
        if words and words[0] in _SECTIONS:
            yield from _checked(section)
            section = _Section(defaults.version, defaults.is_checked)
            if words[0] == "defaults":
                defaults = section = _Section()
        elif words:
            _read(section, words)


def _read(section: _Section, words: list[str]) -> None:
    if words[:2] == ["option", "httpchk"]:
        section.version = _version(words) or _OLD
    elif words[:2] == ["no", "option"] and "httpchk" in words:
        section.version = ""
    elif words[:2] == ["http-check", "send"] and section.version:
        section.version = _version(words) or section.version
    elif words[0] == "default-server":
        section.is_checked = "check" in words
    elif words[0] in {"server", "server-template"}:
        section.servers.append(words)


def _version(words: list[str]) -> str:
    return next((word for word in words if _VERSION.fullmatch(word)), "")


def _checked(section: _Section) -> Iterator[CheckedServer]:
    if section.version != _OLD:
        return
    for words in section.servers:
        address = next(filter(None, map(_ADDRESS.fullmatch, words[2:4])), None)
        is_checked = section.is_checked or "check" in words
        if address is not None and is_checked and _ENCRYPTED.isdisjoint(words):
            yield CheckedServer(address["host"].lower(), int(address["port"]))
