"""An address that stands for a host alone is dialled as it is, because nothing resolves the host.

`addresses` tell clients' connections to a host apart. With `resolution: NONE` the proxy connects to the
very address that the client dialled. One of 240.0.0.0/4 belongs to no machine anywhere: the
connection times out (`503 UF`).

Fix: write `resolution: STATIC` with the `endpoints`, or `resolution: DNS`.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule

_NOBODY = IPv4Network("240.0.0.0/4")
_CEL = (
    "(has(object.spec.resolution) && object.spec.resolution != 'NONE') || "
    "!has(object.spec.addresses) || !object.spec.addresses.exists(a, a.matches("
    "'^(24[0-9]|25[0-5])([.](25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}"
    "(/([4-9]|[12][0-9]|3[0-2]))?$'))"
)


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0", holds=("addresses",), cel=_CEL)
def check(entry: ServiceEntry, _: Mesh) -> Iterator[Outcome]:
    """Report addresses of the reserved block beside ``NONE``."""
    for index, address in enumerate(entry.addresses if entry.resolution == "NONE" else ()):
        if _is_nobodys(address):
            yield Finding(
                entry.spec.at("addresses", index),
                f"{address} is no machine's, and resolution NONE connects to it as clients dial it",
            ).also(entry.spec.at("resolution"), "keeps the address of the client")


def _is_nobodys(address: str) -> bool:
    try:
        return IPv4Network(address, strict=False).subnet_of(_NOBODY)
    except ValueError:
        return False
