"""Reads which servers the commands of a container call by HTTP/1.0.

`ab` writes HTTP/1.0 and knows nothing else (support/ab.c of httpd); curl does with ``--http1.0`` or ``-0``
(tool_getparam.c); what is piped into `nc` says its version itself.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from meshctl.mesh.workloads.container_args import WrittenUrl, urls, words
from meshctl.resources import Container, Ref
from meshctl.words import whole_number

_TOKEN = re.compile(r"[|;&\n()`]+|(?:\"[^\"]*\"|'[^']*'|[^\s|;&\n()`\"'])+")
_BREAK = re.compile(r"[|;&\n()`]+")
_BARE = re.compile(r"(?P<host>[A-Za-z][A-Za-z0-9.-]*)(?::(?P<port>\d{1,5}))?(?:/.*)?")
_OLD = frozenset({"--http1.0", "-0"})
_NETCAT = frozenset({"nc", "ncat", "netcat"})
_SAYS_OLD = re.compile(r"HTTP/1\.0")
_HTTP = 80
_Word = tuple[str, Ref]


def old_requests(container: Container) -> Iterator[WrittenUrl]:
    """Walk the servers that commands and arguments call so; the port is 80 where none is written."""
    before: list[_Word] = []
    for command, is_piped in _commands(words(container)):
        names = [text.rpartition("/")[2] for text, _ in command]
        if "ab" in names[:-1]:
            yield from _urls(command[names.index("ab") + 1 :])
        elif "curl" in names[:-1] and not _OLD.isdisjoint(names):
            yield from _urls(command[names.index("curl") + 1 :])
        elif is_piped and any(_SAYS_OLD.search(text) for text, _ in before):
            start = next((index for index, one in enumerate(names) if one in _NETCAT), None)
            if start is not None:
                yield from _netcat(command[start + 1 :])
        before = command


def _commands(written: Iterable[_Word]) -> Iterator[tuple[list[_Word], bool]]:
    """Part words, and the scripts among them, into simple commands; is each behind a pipe?"""
    command: list[_Word] = []
    is_piped = False
    for text, place in chain.from_iterable(map(_tokens, written)):
        if _BREAK.fullmatch(text):
            if command:
                yield command, is_piped
                command = []
            is_piped = text == "|"
        else:
            command.append((text, place))
    if command:
        yield command, is_piped


def _tokens(word: _Word) -> Iterator[_Word]:
    text, place = word
    if not re.search(r"\s", text):
        yield word
        return
    yield "\n", place  # a script of its own
    for token in _TOKEN.findall(text):
        yield token.replace('"', "").replace("'", ""), place
    yield "\n", place


def _urls(arguments: Iterable[_Word]) -> Iterator[WrittenUrl]:
    for text, place in arguments:
        if "://" in text:
            yield from (url for url in urls(text, place) if url.scheme == "http")
        elif "." in text or ":" in text or "/" in text:
            bare = _BARE.fullmatch(text)
            if bare is not None:
                port = int(bare["port"] or _HTTP)
                yield WrittenUrl(bare["host"].lower(), port, place, "http")


def _netcat(arguments: list[_Word]) -> Iterator[WrittenUrl]:
    plain = [(text, place) for text, place in arguments if not text.startswith("-")]
    for (host, place), (port, _) in pairwise(plain):
        number = whole_number(port)
        if number is not None and not host.isdecimal() and _BARE.fullmatch(host):
            yield WrittenUrl(host.lower(), number, place, "http")
