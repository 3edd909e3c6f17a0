"""What is counted of the configuration that a proxy is sent."""

from dataclasses import dataclass, fields
from operator import add, attrgetter, sub


@dataclass(frozen=True, slots=True)
class ConfigCounts:
    """How many objects a proxy is sent, over all resources of each type.

    ``endpoints`` are those of EDS; ``inline_endpoints`` stand in clusters themselves.
    """

    clusters: int = 0
    listeners: int = 0
    filter_chains: int = 0
    route_configurations: int = 0
    virtual_hosts: int = 0
    routes: int = 0
    endpoint_sets: int = 0
    empty_endpoint_sets: int = 0
    endpoints: int = 0
    inline_endpoints: int = 0

    def __add__(self, other: "ConfigCounts") -> "ConfigCounts":
        return ConfigCounts(*map(add, _numbers(self), _numbers(other)))

    def __sub__(self, other: "ConfigCounts") -> "ConfigCounts":
        return ConfigCounts(*map(sub, _numbers(self), _numbers(other)))


_numbers = attrgetter(*(field.name for field in fields(ConfigCounts)))


@dataclass(frozen=True, slots=True)
class ConfigBytes:
    """The serialized size of a proxy's resources by type, in bytes: an estimate by formula."""

    clusters: int = 0
    listeners: int = 0
    routes: int = 0
    endpoints: int = 0

    @property
    def total(self) -> int:
        """All types together."""
        return self.clusters + self.listeners + self.routes + self.endpoints


@dataclass(frozen=True, slots=True)
class ConfigSize:
    """What one proxy is sent."""

    counts: ConfigCounts
    bytes: ConfigBytes
