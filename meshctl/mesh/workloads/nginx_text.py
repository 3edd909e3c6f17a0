"""Reads from the configuration of nginx which servers it calls, and with which version of HTTP.

Directives and blocks as in nginx's own reader (ngx_conf_file.c); `proxy_http_version` is inherited
from the blocks around (ngx_http_proxy_module). Included files are not followed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{};]|[^\s{};\"'#]+")
_URL = re.compile(r"http://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?(?:/|$)")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?")
_MOST_BLOCKS = 50
_HTTP = 80


class ProxiedServer(NamedTuple):
    """A server that nginx sends requests to; ``version`` is empty where none is written."""

    host: str
    port: int
    version: str


class _Call(NamedTuple):
    url: str
    blocks: tuple[int, ...]


def proxied_servers(text: str) -> Iterator[ProxiedServer]:
    """Walk the servers of `proxy_pass`, those of an `upstream` one by one."""
    if "proxy_pass" not in text:
        return
    calls, versions, upstreams = _read(text)
    for call in calls:
        url = _URL.match(call.url)
        if url is None:
            continue  # a variable, a socket, or TLS
        found = (versions[block] for block in reversed(call.blocks) if block in versions)
        version = next(found, "")
        written = url["host"] + (f":{url['port']}" if url["port"] else "")
        for server in upstreams.get(url["host"], [written]):
            address = _ADDRESS.fullmatch(server)
            if address is not None:
                yield ProxiedServer(address["host"], int(address["port"] or _HTTP), version)


def _read(text: str) -> tuple[list[_Call], dict[int, str], dict[str, list[str]]]:
    """Read calls with the blocks around them, versions by block, servers by upstream."""
    calls: list[_Call] = []
    versions: dict[int, str] = {}
    upstreams: dict[str, list[str]] = {}
    blocks, names = [0], [""]
    count = 0
    words: list[str] = []
    for word in _TOKEN.findall(text):
        if word.startswith("#"):
            continue
        if word == "{" and len(blocks) < _MOST_BLOCKS:
            count += 1
            blocks.append(count)
            names.append(words[1] if words[:1] == ["upstream"] and len(words) > 1 else "")
        elif word == "}" and len(blocks) > 1:
            blocks.pop()
            names.pop()
        elif word == ";" and len(words) > 1:
            name, value = words[0], words[1].strip("\"'")
            if name == "proxy_pass":
                calls.append(_Call(value, tuple(blocks)))
            elif name == "proxy_http_version":
                versions[blocks[-1]] = value
            elif name == "server" and names[-1]:
                upstreams.setdefault(names[-1], []).append(value)
        if word in "{};":
            words = []
        else:
            words.append(word)
    return calls, versions, upstreams
