"""Reads from the configuration of nginx which servers it calls, and with which version of HTTP.

Directives and blocks as in nginx's own reader (ngx_conf_file.c); `proxy_http_version` is inherited
from the blocks around, all of `proxy_set_header` where a block has none of its own
(ngx_http_proxy_module). Included files are not followed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?s:#[^\n]*|\"(?:\\.|[^\"\\])*+(?:\"|\\?\Z)|'(?:\\.|[^'\\])*+(?:'|\\?\Z))|[{};]|[^\s{};\"'#]+"
)
_URL = re.compile(r"http://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?(?:/|$)")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?")
_MOST_BLOCKS = 50
_HTTP = 80
_NAME_AND_VALUE = 2


class ProxiedServer(NamedTuple):
    """A server that nginx sends requests to; ``version`` is empty where none is written.

    ``authority`` is what nginx sends as Host, with its variables: the name in the URL, of an upstream too,
    where no header is set.
    """

    host: str
    port: int
    version: str
    authority: str = ""


class _Call(NamedTuple):
    url: str
    blocks: tuple[int, ...]


class _Read:
    """What the directives said, by the number of the block that they stand in; 0 is the file."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self.versions: dict[int, str] = {}
        self.headers: dict[int, dict[str, str]] = {}
        self.upstreams: dict[str, list[str]] = {}

    def take(self, words: list[str], blocks: list[int], upstream: str) -> None:
        """Read one directive."""
        name, value = words[0], words[1].strip("\"'")
        if name == "proxy_pass":
            self.calls.append(_Call(value, tuple(blocks)))
        elif name == "proxy_http_version":
            self.versions[blocks[-1]] = value
        elif name == "proxy_set_header" and len(words) > _NAME_AND_VALUE:
            headers = self.headers.setdefault(blocks[-1], {})
            headers[value.lower()] = words[2].strip("\"'")
        elif name == "server" and upstream:
            self.upstreams.setdefault(upstream, []).append(value)


def proxied_servers(text: str) -> Iterator[ProxiedServer]:
    """Walk the servers of `proxy_pass`, those of an `upstream` one by one."""
    if "proxy_pass" not in text:
        return
    read = _read(text)
    for call in read.calls:
        url = _URL.match(call.url)
        if url is None:
            continue  # a variable, a socket, or TLS
        around = tuple(reversed(call.blocks))
        version = next((read.versions[block] for block in around if block in read.versions), "")
        headers = next((read.headers[block] for block in around if block in read.headers), {})
        written = url["host"] + (f":{url['port']}" if url["port"] else "")
        for server in read.upstreams.get(url["host"], [written]):
            address = _ADDRESS.fullmatch(server)
            if address is not None:
                port, authority = int(address["port"] or _HTTP), headers.get("host", written)
                yield ProxiedServer(address["host"], port, version, authority)


def _read(text: str) -> _Read:
    """Read calls with the blocks around them, versions and headers by block, servers by upstream."""
    read = _Read()
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
            read.take(words, blocks, names[-1])
        if word in "{};":
            words = []
        else:
            words.append(word)
    return read
