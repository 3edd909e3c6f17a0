"""The ports whose number decides about their protocol.

Only numbers that one kind of server has, so that a declared protocol which differs is a mistake.
"""

from meshctl.istio.protocols import Protocol

_DATABASES = {
    1433: "SQL Server", 3306: "MySQL", 5432: "PostgreSQL", 5672: "AMQP", 6379: "Redis",
    9042: "Cassandra", 27017: "MongoDB",
}  # fmt: skip
# Here the server speaks first; 25, 53, 3306 and 27017 are taken for TCP without a name.
_SERVER_FIRST = {21: "FTP", 22: "SSH", 110: "POP3", 143: "IMAP", 587: "SMTP"}
_SERVER_FIRST_IMAGES = {
    "mysql": "MySQL", "mariadb": "MySQL", "percona-server": "MySQL", "postfix": "SMTP",
    "vsftpd": "FTP", "proftpd": "FTP", "openssh-server": "SSH",
}  # fmt: skip


def database(number: int, target: int | str) -> str:
    """Name the server that has this port and container port; empty for no known one."""
    return _DATABASES.get(number, "") if target in {number, *_DATABASES} else ""


def is_https(number: int, target: int | str) -> bool:
    """Is it the number of HTTPS, for clients and on the server?"""
    return number == 443 and target in {443, 8443, "https"}  # noqa: PLR2004 - by IANA


def usual_app_protocol(number: int) -> str:
    """The ``appProtocol`` of the two ports of the web, 80 and 443 by IANA; empty for others."""
    return {80: "http", 443: "https"}.get(number, "")


def server_first(number: int, target: int | str | None, image: str = "") -> str:
    """Name the protocol of a server that speaks first, by number and image; else empty."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    by_number = _SERVER_FIRST.get(number) if target in {number, None} else None
    return by_number or _SERVER_FIRST_IMAGES.get(name, "")


def says_grpc(name: str, target: int | str, protocol: Protocol) -> bool:
    """Is it declared as HTTP/1.1 although its own name, or the container's, says gRPC?"""
    is_plain = protocol is Protocol.HTTP
    words = {*name.lower().split("-"), *str(target).lower().split("-")}
    return is_plain and "grpc" in words and "web" not in words and "gateway" not in words
