"""The addresses in the arguments and variables of a container.

Only what can hardly mean anything else: ``host:port`` after a flag or in a variable that says
bind or listen, and URLs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import Container, Ref, View, Workload
from meshctl.resources.view import views
from meshctl.words import whole_number

_DATABASES = frozenset({
    "postgres", "postgresql", "redis", "valkey", "mysql", "mariadb", "mongo", "mongodb",
})  # fmt: skip
_LISTENS = re.compile(r"(?:--)?(?:listen_addresses|bind[-_]address|bind_ip|bind)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_BIND_FLAG = re.compile(r"--?(?:[\w.-]*(?:bind|listen)[\w.-]*)|-b", re.IGNORECASE)
_BIND_VARIABLE = re.compile(r"\w*(?:BIND|LISTEN)\w*")
_ADDRESS = re.compile(r"(?:https?://)?(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})/?")
_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+-]{0,30})://(?:[^/\s@\"']*@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*)"
    r"(?::(?P<port>\d{1,5}))?"
)
_HOST_PORT = re.compile(
    r"(?<![\w.:/@-])(?P<host>[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*):(?P<port>\d{1,5})"
    r"(?![\w.:])"
)
_NAMED = r"(?P<host>[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*)"
_OF_REDIS = lazy_pattern(
    rf"^[ \t]*(?:(?:replica|slave)of|sentinel[ \t]+monitor[ \t]+\S+)[ \t]+{_NAMED}[ \t]+(?P<port>\d{{1,5}})\b",
    re.MULTILINE | re.IGNORECASE,
)
"""Peers in a configuration of Redis, whose name and port are two words."""
_OF_DATABASE = lazy_pattern(
    rf"(?<![\w.-])(?:host|server)=(?=[^\n]{{0,200}}\b(?:port|user(?:name)?|user id|dbname|database)=){_NAMED}"
    r"(?![\w.:/])(?:[^\n]{0,200}?\bport=(?P<port>\d{1,5})\b)?",
    re.IGNORECASE,
)
"""The host in a connection string, as ``host=db port=5432 user=shop`` or ``Host=db;Username=shop``."""
_HOST = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.?")
_SAYS_HOST = re.compile(
    r"(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|ENDPOINT|UPSTREAM|BACKEND|URL)$"
)
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "grpc": None}
_NETWORK = re.compile(
    r"\b(?:curl|wget|nc|ncat|pg_isready|psql|mysqladmin|redis-cli|gsutil|kubectl|git clone)\b"
)
_SHOWN = lazy_pattern(
    r"(?:^|[_.-])(?:public|external|base|site|web|ui|frontend|app|root|self|canonical|origin|cors|allow(?:ed)?|"
    r"callback|redirect|return|login|logout|signin|signup|docs?|help|support|home(?:page)?|logo|icon|images?|"
    r"assets?|static|cdn|links?|terms|privacy|schemas?|namespaces?|iss(?:uer)?|aud(?:ience)?|realm|dashboard|"
    r"repo(?:sitory)?|source|license|contact|author|about|vite|react|nuxt|gatsby)(?:[_.-]|$)",
    re.IGNORECASE,
)
"""Words in the names of settings whose URL is shown, compared or sent on, as likely as it is called."""
_SEPARATORS = frozenset(" ,;\n\t|")
_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_QUITS = re.compile(r"quitquitquit|\b(?:pkill|killall)\b|/quit\b|ISTIO_QUIT_API|scuttle")


class WrittenUrl(NamedTuple):
    """A URL: its host, its port (``None`` when the scheme doesn't say) and where it stands."""

    host: str
    port: int | None
    place: Ref
    scheme: str = ""


def words(container: Container) -> Iterator[tuple[str, Ref]]:
    """Walk the command and the arguments."""
    for key in ("command", "args"):
        for index, text in enumerate(container.texts(key)):
            yield text, container.at(key, index)


def variables(container: Container) -> Iterator[tuple[str, str, Ref]]:
    """Walk the environment variables that have a written value."""
    for entry in views(container, "env", View):
        if entry.text("value"):
            yield entry.text("name"), entry.text("value"), entry.at("value")


def loopback_ports(container: Container) -> Iterator[tuple[int, Ref]]:
    """Walk the ports a server is told to open for its own pod alone."""
    flag = ""
    for text, place in words(container):
        name, equals, value = text.partition("=")
        address = _ADDRESS.fullmatch(value if equals else text)
        said_by = name if equals else flag
        if address is not None and _BIND_FLAG.fullmatch(said_by):
            yield int(address[2]), place
        flag = text
    known: dict[str, tuple[str, Ref]] = {}
    for name, value, place in variables(container):
        address = _ADDRESS.fullmatch(value)
        if address is not None and _BIND_VARIABLE.fullmatch(name):
            yield int(address[2]), place
        known[name] = value, place
    if "HOST" in known and known["HOST"][0] in _LOOPBACK:
        declared = [str(port.number("containerPort") or "") for port in container.ports]
        # Without PORT it is the one port that the container lists.
        port = known["PORT"][0] if "PORT" in known else "".join(declared[:1])
        number = whole_number(port)
        if number is not None and ("PORT" in known or len(declared) == 1):
            yield number, known["HOST"][1]
    yield from _told_to_databases(container)


def _told_to_databases(container: Container) -> Iterator[tuple[int, Ref]]:
    """Walk the one port of a database that listens on an address alone: `listen_addresses=localhost`."""
    declared = [port.number("containerPort") for port in container.ports]
    number = declared[0] if len(declared) == 1 else None
    if number is None or container.image_name not in _DATABASES:
        return
    flag = ""
    for text, place in words(container):
        name, equals, value = text.partition("=")
        said_by, address = (name, value) if equals else (flag, text)
        if address in _LOOPBACK and _LISTENS.fullmatch(said_by):
            yield number, place
        flag = text


def urls(text: str, place: Ref) -> Iterator[WrittenUrl]:
    """Walk the URLs in a text."""
    for found in _URL.finditer(text):
        port = int(found["port"]) if found["port"] else _PORTS.get(found["scheme"])
        yield WrittenUrl(found["host"].rstrip(".").lower(), port, place, found["scheme"])


def addresses(text: str, place: Ref) -> Iterator[WrittenUrl]:
    """Walk what is written as ``host:port`` in a text, or as Redis and databases write it; what is no host is none."""
    for found in _HOST_PORT.finditer(text):
        yield WrittenUrl(found["host"].lower(), int(found["port"]), place)
    patterns = [_OF_REDIS] if "of " in text or "monitor " in text else []
    patterns += [_OF_DATABASE] if "=" in text else []
    for pattern in patterns:
        for found in pattern.finditer(text):
            port = int(found["port"]) if found["port"] else None
            yield WrittenUrl(found["host"].lower(), port, place)


def named_addresses(settings: Sequence[tuple[str, str, Ref]]) -> Iterator[WrittenUrl]:
    """Walk the addresses in settings with names: ``host:port``, and hosts by themselves.

    A name such as ``DB_HOST`` says that there is a host and nothing else; ``DB_PORT`` beside it
    is its port.
    """
    ports = {name.upper(): whole_number(text) for name, text, _ in settings}
    for name, text, place in settings:
        yield from addresses(text, place)
        said = _SAYS_HOST.search(name.upper())
        if said is not None and _HOST.fullmatch(text):
            port = ports.get(f"{name.upper()[: said.start()]}_PORT".lstrip("_"))
            yield WrittenUrl(text.rstrip(".").lower(), port, place)


def is_called(url: WrittenUrl) -> bool:
    """Is a URL one that the pod itself surely opens, and no name, link or address of its own?

    A tool of a command gets it, or it is all that a setting holds whose name says nothing else.
    """
    resource, path = url.place.resource, url.place.path
    text, name = str(url.place.value("")), str(path[-1])
    if "env" in path:
        name = str(Ref(resource, (*path[:-1], "name")).value(""))
    elif isinstance(path[-1], int):
        first = Ref(resource, (*path[:-2], "command", 0)).value(
            Ref(resource, (*path[:-1], 0)).value("")
        )
        if _NETWORK.search(text) or _NETWORK.fullmatch(str(first)):
            return True
        name, _, text = text.partition("=")
    is_all = text.startswith(f"{url.scheme}://") and not set(text) & _SEPARATORS
    return is_all and _SHOWN.search(name) is None


def is_address_alone(url: WrittenUrl) -> bool:
    """Is ``host:port`` all that a setting or an argument says, or one of a list of these?"""
    text = str(url.place.value("")).rpartition("=")[2]
    parts = text.replace(",", " ").replace(";", " ").split()
    return bool(parts) and all(_HOST_PORT.fullmatch(part) for part in parts)


def has_proxy(workload: Workload) -> bool:
    """Do variables tell a container to send what it calls to an HTTP proxy?"""
    return any(
        name.upper() in _PROXIES
        for container in workload.containers
        for name, _, _ in variables(container)
    )


def uses_network(container: Container) -> Ref | None:
    """Name the word of a command that calls somebody over the network."""
    return next((place for text, place in words(container) if _NETWORK.search(text)), None)


def stops_sidecar(container: Container) -> bool:
    """Does a container tell the sidecar to quit when it is done?"""
    texts = [text for text, _ in words(container)]
    names = [entry.text("name") for entry in views(container, "env", View)]
    return any(_QUITS.search(text) for text in (*texts, *names, container.text("image")))
