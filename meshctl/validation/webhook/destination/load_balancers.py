"""Checks the settings of a load balancer.

Mirrors validateLoadBalancer, pkg/config/validation/validation.go, Istio 1.31.

The CRDs refuse already: a warmup without duration, its bounds, two keys to hash by, ringHash
together with maglev.
"""

from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.destination.localities import check_localities, check_zones
from meshctl.validation.webhook.fields.durations import check_durations, check_readable

LARGEST_TABLE = 5_000_011
"""Envoy's limit for a Maglev table, itself excluded."""


def check_load_balancer(policy: View) -> Iterator[Fault]:
    """Check the load balancer of a traffic policy, if it has one."""
    balancer = policy.child("loadBalancer")
    yield from _check_hash(balancer.child("consistentHash"))
    if balancer.has("localityLbSetting") and balancer.has("zoneAwareLbSetting"):
        yield refuse(
            balancer.key("zoneAwareLbSetting"),
            "localityLbSetting and zoneAwareLbSetting exclude each other",
        )
    ejects = policy.has("outlierDetection")
    yield from check_localities(balancer.child("localityLbSetting"), ejects=ejects)
    yield from check_zones(balancer.child("zoneAwareLbSetting"), ejects=ejects)
    yield from check_durations(balancer, "warmupDurationSecs")
    warmup = balancer.child("warmup")
    yield from check_durations(warmup, "duration")
    aggression = warmup.data.get("aggression")
    if isinstance(aggression, int | float) and aggression <= 0:
        yield refuse(warmup.at("aggression"), f"aggression is {aggression}; it is above 0")


def _check_hash(hashing: View) -> Iterator[Fault]:
    if hashing.has("httpCookie"):
        yield from _check_cookie(hashing.child("httpCookie"))
    if hashing.number("minimumRingSize"):
        yield warn(hashing.key("minimumRingSize"), "minimumRingSize is deprecated; use ringHash")
        if hashing.has("ringHash") or hashing.has("maglev"):
            yield refuse(
                hashing.key("minimumRingSize"),
                "minimumRingSize cannot stand beside ringHash or maglev",
            )
    if hashing.has("maglev"):
        yield from _check_maglev(hashing.child("maglev"))


def _check_cookie(cookie: View) -> Iterator[Fault]:
    if not cookie.text("name"):
        yield refuse(cookie.at("name"), "the name of the cookie cannot be empty")
    yield from check_readable(cookie, "ttl")
    seen = set()
    for attribute in views(cookie, "attributes", View):
        name = attribute.text("name")
        if not name:
            yield refuse(attribute.at("name"), "the name of a cookie's attribute cannot be empty")
        elif name in seen:
            yield refuse(attribute.at("name"), f"the cookie has the attribute {name} twice")
        seen.add(name)


def _check_maglev(maglev: View) -> Iterator[Fault]:
    size = maglev.number("tableSize") or 0
    if not _is_prime(size):
        allowed = f"a prime number below {LARGEST_TABLE}"
        yield refuse(maglev.at("tableSize"), f"tableSize of maglev is {size}; it is {allowed}")
    elif size >= LARGEST_TABLE:
        yield refuse(
            maglev.at("tableSize"), f"tableSize of maglev is {size}; it is below {LARGEST_TABLE}"
        )


def _is_prime(number: int) -> bool:
    """Decide as Envoy does, for which 1 is one, too; larger than a table can be: not looked at."""
    if number < 1 or number >= LARGEST_TABLE:
        return number > 0
    factors = (2, *range(3, int(number**0.5) + 1, 2))
    return all(number % factor for factor in factors if factor < number)
