"""What is asked of a Gateway."""

from collections.abc import Iterator

from meshctl.lazy_pattern import lazy_pattern
from meshctl.validation.gateway_api.walk import Broken, Mapping, items, repeated
from meshctl.validation.wording import show

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_HOSTNAME = lazy_pattern(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_WITHOUT_TLS = ("HTTP", "TCP", "UDP")
_WITHOUT_HOSTNAME = ("TCP", "UDP")


def check(spec: Mapping) -> Iterator[Broken]:
    """Report listeners and addresses that the API server refuses."""
    for path, listener in items(spec, "listeners"):
        protocol = listener["protocol"]
        if protocol in _WITHOUT_TLS and "tls" in listener:
            why = f"a listener of protocol {protocol} takes no tls; HTTPS and TLS do"
            yield Broken((*path, "tls"), why, key=True)
        mode = (listener.get("tls") or {}).get("mode", "Terminate")
        if protocol == "HTTPS" and mode not in ("", "Terminate"):
            why = f"a listener of protocol HTTPS terminates TLS; {mode} needs protocol TLS"
            yield Broken((*path, "tls", "mode"), why)
        if protocol in _WITHOUT_HOSTNAME and listener.get("hostname"):
            why = f"connections of protocol {protocol} name no host"
            yield Broken((*path, "hostname"), why, key=True)
    yield from _addresses(spec)


def _addresses(spec: Mapping) -> Iterator[Broken]:
    addresses = [
        ((*path, "value"), (one.get("type", "IPAddress"), one["value"]))
        for path, one in items(spec, "addresses")
        if one.get("value")
    ]
    counted = [address for address in addresses if address[1][0] in {"IPAddress", "Hostname"}]
    for path in repeated(counted):
        yield Broken(path, "this address is in the list twice")
    for path, (kind, value) in addresses:
        if kind == "Hostname" and not _HOSTNAME.fullmatch(value):
            yield Broken(path, f"{show(value)} is no host name")
