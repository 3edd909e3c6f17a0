"""Gathers subsets and DestinationPolicies into one DestinationRule for each host.

As release-0.8 istioctl/pkg/convert/destination.go, which makes a subset that no route uses of a
policy without labels; here it is the policy of the whole host.
"""

from dataclasses import dataclass, field
from typing import Any

from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import DESTINATION_RULE
from meshctl.migrate.known import Known
from meshctl.migrate.old_routing.hosts import Destination, destination_of
from meshctl.resources import Resource, View

_BALANCING = {"ROUND_ROBIN": "ROUND_ROBIN", "LEAST_CONN": "LEAST_REQUEST", "RANDOM": "RANDOM"}
_POOL = {
    "maxConnections": ("tcp", "maxConnections"),
    "httpMaxPendingRequests": ("http", "http1MaxPendingRequests"),
    "httpMaxRequests": ("http", "http2MaxRequests"),
    "httpMaxRequestsPerConnection": ("http", "maxRequestsPerConnection"),
    "httpMaxRetries": ("http", "maxRetries"),
}
_OUTLIERS = {
    "httpConsecutiveErrors": "consecutive5xxErrors", "httpDetectionInterval": "interval",
    "sleepWindow": "baseEjectionTime", "httpMaxEjectionPercent": "maxEjectionPercent",
}  # fmt: skip


@dataclass(eq=False)
class _Host:
    """What is known of one host."""

    subsets: dict[str, dict[str, Any]] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)


class DestinationRules:
    """Gathers, then writes."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._hosts: dict[str, _Host] = {}

    def use(self, target: Destination, draft: Draft) -> None:
        """Ask for the subset of a destination."""
        host = self._hosts.setdefault(target.host, _Host())
        host.subsets.setdefault(
            target.subset, {"name": target.subset, "labels": dict(target.labels)}
        )
        if draft not in host.drafts:
            host.drafts.append(draft)

    def add(self, policy: Resource, draft: Draft) -> None:
        """Add a DestinationPolicy."""
        written = policy.spec.child("destination")
        target = destination_of(written, self._known, written.labels_of("labels"))
        if not target.host:
            draft.lost("a DestinationPolicy without destination did nothing", policy.spec.at(),
                       instead="name the destination")  # fmt: skip
            return
        if policy.spec.has("source"):
            draft.lost(
                "a policy for the clients of one Service is none of the host, and is left out",
                policy.spec.at("source"),
                instead="write a DestinationRule in the namespace of the clients, or with "
                "workloadSelector",
            )
            return
        settings = _settings(policy.spec, draft)
        host = self._hosts.setdefault(target.host, _Host())
        if draft not in host.drafts:
            host.drafts.append(draft)
        if target.labels:
            self.use(target, draft)
            host.subsets[target.subset]["trafficPolicy"] = settings
        elif host.policy:
            draft.exact("another DestinationPolicy for this host comes first and counts")
        else:
            host.policy = settings

    def write(self) -> None:
        """Write a DestinationRule for each host."""
        for name, host in self._hosts.items():
            spec: dict[str, Any] = {"host": name}
            if host.policy:
                spec["trafficPolicy"] = host.policy
            if host.subsets:
                spec["subsets"] = list(host.subsets.values())
            first, *others = host.drafts
            short = name.partition(".")[0] if "*" not in name else first.resource.name
            made = first.make(DESTINATION_RULE, short, spec)
            for draft in others:
                draft.share([made])


def _settings(spec: View, draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    balancing = spec.child("loadBalancing")
    if balancing.has("name"):
        simple = _BALANCING.get(balancing.text("name"))
        if simple is None:
            draft.lost(f"there was no load balancing {balancing.data['name']}",
                       balancing.at("name"), instead="choose one of today")  # fmt: skip
        else:
            found["loadBalancer"] = {"simple": simple}
    elif balancing.has("custom"):
        draft.lost("custom load balancing has nothing like it", balancing.at("custom"),
                   instead="write an EnvoyFilter")  # fmt: skip
    breaker = spec.child("circuitBreaker")
    found |= _breaker(breaker.child("simpleCb"), draft)
    if breaker.has("custom"):
        draft.lost("a custom circuit breaker has nothing like it", breaker.at("custom"),
                   instead="write an EnvoyFilter")  # fmt: skip
    return found


def _breaker(simple: View, draft: Draft) -> dict[str, Any]:
    pool: dict[str, dict[str, Any]] = {}
    outliers: dict[str, Any] = {}
    for key in simple.names():
        if key in _POOL:
            part, name = _POOL[key]
            pool.setdefault(part, {})[name] = simple.data[key]
        elif key in _OUTLIERS:
            outliers[_OUTLIERS[key]] = simple.data[key]
        else:
            draft.lost(f"a circuit breaker has no field {key}", simple.at(key),
                       instead="correct the field")  # fmt: skip
    found: dict[str, Any] = {"connectionPool": pool} if pool else {}
    if outliers:
        found["outlierDetection"] = outliers
    return found
