"""Writes the state of proxies for programs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.config_diff import SectionDiff
from meshctl.inspect.proxies.sync import IGNORED, ProxySync, type_names

_ENVOY_TYPES = ("CDS", "LDS", "EDS", "RDS")


def rows(
    proxies: Sequence[ProxySync], silent: Iterable[IstiodAnswer] = ()
) -> Iterator[dict[str, Any]]:
    """Walk the rows of the JSON format: one a proxy, all with the same types.

    An istiod that said nothing has a row too, with no ``proxy`` and the reason as ``error``: what
    it knows is missing.
    """
    names = type_names(proxies)
    if any(name in names for name in _ENVOY_TYPES):
        names = list(dict.fromkeys((*_ENVOY_TYPES, *names)))
    for proxy in proxies:
        yield row(proxy, names)
    for answer in silent:
        nobody = ProxySync("", "", answer.istiod, answer.revision, "", "", "", {})
        yield {**row(nobody, ()), "status": None, "skew": None, "error": answer.error}


def row(proxy: ProxySync, names: Iterable[str]) -> dict[str, Any]:
    """Write one proxy; times are in UTC, what is unknown is null."""
    return {
        "proxy": proxy.name or None,
        "cluster": proxy.cluster or None,
        "istiod": proxy.istiod,
        "version": proxy.version or None,
        "types": {name: _type(proxy, name) for name in names},
        "status": proxy.worst.value,
        "proxy_type": proxy.kind or None,
        "revision": proxy.revision or None,
        "istiod_version": proxy.istiod_version or None,
        "skew": proxy.skew.value,
        "also_on": list(proxy.also_on),
        "error": None,
    }


def _type(proxy: ProxySync, name: str) -> dict[str, Any]:
    state = proxy.types.get(name, IGNORED)
    since = state.since.astimezone(UTC) if state.since else None
    form: dict[str, Any] = {
        "status": state.status.value,
        "since": since.isoformat().replace("+00:00", "Z") if since else None,
    }
    if state.reason:
        form["reason"] = state.reason
    return form


def config_form(parts: Iterable[SectionDiff] | None) -> dict[str, Any] | None:
    """Write the parts for the JSON format."""
    return None if parts is None else {part.name: _part_form(part) for part in parts}


def _part_form(part: SectionDiff) -> dict[str, Any]:
    return {
        "compared": part.compared,
        "match": part.matches if part.compared is not None else None,
        "only_istiod": part.only_istiod,
        "only_envoy": part.only_envoy,
        "differ": [{"name": name, "diff": lines} for name, lines in part.differing.items()],
    }
