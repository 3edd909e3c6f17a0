"""Finds the names that a mistaken one on the command line is most likely to mean."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

from meshctl.istio.kind_names import kind_named

_OFFERED = 3
_COMPARED = 20
"""Different names that are alike; each may stand in many namespaces."""
_ALIKE = 0.6


class _Known(NamedTuple):
    name: str
    home: str
    full: str


def nearest(text: str, names: Iterable[str]) -> list[str]:
    """Name the closest of some names of the form NAME.NAMESPACE, at most three.

    The very name in another namespace comes first, then names that are alike, those of the
    namespace that was written before others. A namespace alone makes no name alike.
    """
    known = [_Known(*_parted(full), full) for full in dict.fromkeys(names)]
    first, slash, rest = text.partition("/")
    own = (rest if slash else text).removesuffix(".svc.cluster.local").removesuffix(".svc")
    readings = [(own, ""), _parted(own)] if "." in own else [(own, "")]
    if slash and kind_named(first) is None:
        readings = [(own, first), (first, own)]  # people also write NAME/NAMESPACE
    return _best(readings, known)


def nearest_hosts(text: str, hosts: Iterable[str]) -> list[str]:
    """Name the closest of some hosts, at most three; a domain alone makes no host alike."""
    known = [_Known(*_host_parted(host), host) for host in dict.fromkeys(hosts)]
    return _best([_host_parted(text)], known)


def _best(readings: list[tuple[str, str]], known: list[_Known]) -> list[str]:
    ranks: dict[str, tuple[bool, float]] = {}
    several = {one.name for one in known}
    for name, home in readings:
        if not name:
            continue
        alike = {*get_close_matches(name, several, n=_COMPARED, cutoff=_ALIKE)}
        for one in known:
            if one.name in alike or one.name.startswith(name):
                close = _ratio(name, one.name) + (_ratio(home, one.home) / 2 if home else 0.5)
                rank = (one.name != name, -close)
                ranks[one.full] = min(rank, ranks.get(one.full, rank))
    return sorted(ranks, key=lambda full: (ranks[full], full))[:_OFFERED]


def _parted(full: str) -> tuple[str, str]:
    name, dot, home = full.rpartition(".")
    return (name, home) if dot else (full, "")


def _host_parted(host: str) -> tuple[str, str]:
    name, _, domain = host.partition(".")
    return name, domain


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
