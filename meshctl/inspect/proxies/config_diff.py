"""Compares what a proxy runs with what istiod has for it, by their config dumps.

Both are ConfigDumps (envoy/admin/v3/config_dump.proto): istiod's from ``/debug/config_dump``, with
the names of JSON, and Envoy's from ``/config_dump``, with those of the proto file.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from meshctl.cluster.api import ClusterError
from meshctl.line_diff import unified_diff
from meshctl.plain_objects import mappings

_UNDERSCORE = re.compile(r"(?<!_)_+([a-zA-Z0-9])")
_BOOKKEEPING = frozenset({"lastUpdated", "versionInfo", "clientStatus"})

_Found = dict[str, Any]


class SectionDiff(NamedTuple):
    """What differs in one part of the configuration, by the names of its resources.

    ``compared`` counts the names of both sides; None where one side shows nothing of this part.
    """

    name: str
    compared: int | None
    only_istiod: list[str]
    only_envoy: list[str]
    differing: dict[str, list[str]]

    @property
    def matches(self) -> bool:
        """Is nothing different, as far as it was compared?"""
        return not (self.only_istiod or self.only_envoy or self.differing)


def compare(istiod: Any, envoy: Any) -> list[SectionDiff]:
    """Compare two dumps; raises ``ClusterError`` for what is none.

    Order, versions and times don't count. Of endpoints only the addresses do, and only those of
    upstreams that istiod sends endpoints for: Envoy fills in the rest by itself.
    """
    ours, theirs = _sections(istiod, "istiod's"), _sections(envoy, "Envoy's")
    parts = []
    for name, (kind, read) in _PARTS.items():
        if kind in ours and kind in theirs:
            left, right = dict(read(ours[kind])), dict(read(theirs[kind]))
            if name == "endpoints":
                right = {key: value for key, value in right.items() if key in left}
            parts.append(_compare(name, left, right))
        elif name != "endpoints" and (kind in ours or kind in theirs):
            parts.append(SectionDiff(name, None, [], [], {}))
    if all(part.compared is None for part in parts):
        raise ClusterError(
            "the two config dumps have no part in common, so nothing could be compared; see what "
            "answered"
        )
    return parts


def _compare(name: str, left: _Found, right: _Found) -> SectionDiff:
    differing = {
        key: list(_lines(key, left[key], right[key]))
        for key in sorted(left.keys() & right.keys())
        if left[key] != right[key]
    }
    compared = len(left.keys() | right.keys())
    only_left, only_right = sorted(left.keys() - right.keys()), sorted(right.keys() - left.keys())
    return SectionDiff(name, compared, only_left, only_right, differing)


def _lines(name: str, left: Any, right: Any) -> Iterator[str]:
    before, after = ([f"{line}\n" for line in _written(value)] for value in (left, right))
    for line in unified_diff(before, after, f"istiod {name}", f"Envoy {name}"):
        yield line.removesuffix("\n")


def _written(value: Any) -> list[str]:
    """Write a resource line by line; addresses without commas, so that one more is one line."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return json.dumps(value, indent=2, sort_keys=True).splitlines()


def _sections(dump: Any, whose: str) -> dict[str, dict[str, Any]]:
    """Name the sections of a dump by their type, with one spelling for every key."""
    configs = dump.get("configs") if isinstance(dump, dict) else None
    if not isinstance(configs, list):
        raise ClusterError(f"{whose} config dump has no configs; see what answered")
    found: dict[str, dict[str, Any]] = {}
    for config in configs:
        if isinstance(config, dict):
            kind = str(config.get("@type", "")).rpartition(".")[2]
            found.setdefault(kind, _respelled(config))
    return found


def _respelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            spelled: _respelled(inner)
            for key, inner in value.items()
            for spelled in [_UNDERSCORE.sub(lambda match: match[1].upper(), str(key))]
            if spelled not in _BOOKKEEPING
        }
    return [_respelled(inner) for inner in value] if isinstance(value, list) else value


def _named(one: Any, key: str = "name") -> Iterator[tuple[str, Any]]:
    if isinstance(one, dict) and one.get(key):
        yield str(one[key]), one


def _clusters(section: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Walk the upstreams; of one that is both active and warming up, the active form runs."""
    for key in ("dynamicWarmingClusters", "dynamicActiveClusters"):
        for mapping in mappings(section.get(key)):
            yield from _named(mapping.get("cluster"))


def _listeners(section: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Walk the active listeners; one that is refused stays as it was before."""
    for mapping in mappings(section.get("dynamicListeners")):
        state = mapping.get("activeState")
        yield from _named(state.get("listener") if isinstance(state, dict) else None)


def _routes(section: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for mapping in mappings(section.get("dynamicRouteConfigs")):
        yield from _named(mapping.get("routeConfig"))


def _endpoints(section: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in ("staticEndpointConfigs", "dynamicEndpointConfigs"):
        for mapping in mappings(section.get(key)):
            for name, assignment in _named(mapping.get("endpointConfig"), "clusterName"):
                yield name, sorted(_addresses(assignment))


def _addresses(assignment: dict[str, Any]) -> Iterator[str]:
    for locality in mappings(assignment.get("endpoints")):
        for mapping in mappings(locality.get("lbEndpoints")):
            endpoint = mapping.get("endpoint")
            address = endpoint.get("address") if isinstance(endpoint, dict) else None
            given = address.get("socketAddress") if isinstance(address, dict) else None
            if isinstance(given, dict):
                yield f"{given.get('address')}:{given.get('portValue')}"
            else:
                yield json.dumps(address, sort_keys=True)


_Reader = Callable[[dict[str, Any]], Iterator[tuple[str, Any]]]
_PARTS: dict[str, tuple[str, _Reader]] = {
    "clusters": ("ClustersConfigDump", _clusters),
    "listeners": ("ListenersConfigDump", _listeners),
    "routes": ("RoutesConfigDump", _routes),
    "endpoints": ("EndpointsConfigDump", _endpoints),
}
