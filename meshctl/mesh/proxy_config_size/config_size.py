"""What is counted of the configuration that a proxy is sent."""

from dataclasses import dataclass, fields


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
        values = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return ConfigCounts(*(mine + theirs for mine, theirs in values))

    def __sub__(self, other: "ConfigCounts") -> "ConfigCounts":
        values = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return ConfigCounts(*(mine - theirs for mine, theirs in values))


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
