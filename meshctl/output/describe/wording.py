"""Words for the objects, places and numbers of a description."""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.inspect.shown import Named, Place

_MOST = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LIVE = "cluster:"


def title(named: Named) -> str:
    """Name an object as ``Kind namespace/name``, with its place if that is in a file."""
    name = f"{named.namespace}/{named.name}" if named.namespace else named.name
    return f"{named.kind} {name}{where(named.location)}"


def where(place: Place) -> str:
    """Write a place in a file, with a space before; nothing for what only a cluster has."""
    if place.file.startswith(_LIVE):
        return ""
    return f" ({place.file}:{place.line})"


def listed(names: Sequence[str]) -> str:
    """List names, of many the first few."""
    text = ", ".join(names[:_MOST])
    return f"{text} and {len(names) - _MOST} more" if len(names) > _MOST else text


def many(number: int, noun: str) -> str:
    """Count things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ported(scheme: str, host: str, port: int | None) -> str:
    """Write an address as a URL, the port where it is not the usual one."""
    tail = "" if port in {None, _DEFAULT_PORTS.get(scheme)} else f":{port}"
    return f"{scheme}://{host}{tail}"


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Move lines to the right."""
    return (f"  {line}" for line in lines)
