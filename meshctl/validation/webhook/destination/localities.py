"""Checks the rules for traffic between regions and zones.

Mirrors ValidateLocalityLbSetting and its zone-aware sibling, pkg/config/validation/agent, Istio
1.31.
"""

from collections.abc import Iterator

from meshctl.istio.labels import REGION, SUBZONE, ZONE
from meshctl.resources.view import Ref, View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.words import quoted

WHOLE = 100

_PARTS = 3


def check_localities(setting: View, *, ejects: bool) -> Iterator[Fault]:
    """Check ``localityLbSetting``; ``ejects``: outlier detection finds the bad endpoints."""
    distribute, failover = views(setting, "distribute", View), views(setting, "failover", View)
    if distribute and failover:
        yield refuse(setting.key("failover"), "distribute and failover exclude each other")
        return
    if failover:
        for at, label in enumerate(setting.texts("failoverPriority")):
            if label in {REGION, ZONE, SUBZONE}:
                why = f"failover decides about regions, so {label} cannot be a failoverPriority"
                yield refuse(setting.at("failoverPriority", at), why)
                return
    weights = [fault for item in distribute if (fault := _wrong_weight(item))]
    if weights:
        yield weights[0]
        return
    for entry in distribute:
        to = entry.child("to")
        # Keys have no order; wildcards go first, so that none covers another one unseen.
        names = sorted(to.names(), key=lambda name: "*" not in name)
        yield from _check_apart([(to.key(name), name) for name in names])
    yield from _check_apart([(item.at("from"), item.text("from")) for item in distribute])
    yield from _check_failover(setting, ejects=ejects)


def check_zones(setting: View, *, ejects: bool) -> Iterator[Fault]:
    """Check ``zoneAwareLbSetting``, which knows of regions and zones by itself."""
    for at, label in enumerate(setting.texts("failoverPriority")):
        if label in {REGION, ZONE}:
            yield refuse(
                setting.at("failoverPriority", at),
                f"zone-aware balancing knows of {label} itself; it cannot be a failoverPriority",
            )
    yield from _check_failover(setting, ejects=ejects)


def _check_failover(setting: View, *, ejects: bool) -> Iterator[Fault]:
    for key in ("failover", "failoverPriority"):
        if setting.data.get(key) and not ejects:
            yield warn(
                setting.key(key), f"{key} never acts without outlierDetection in the same policy"
            )
            break
    for pair in views(setting, "failover", View):
        here, there = pair.text("from"), pair.text("to")
        if here == there:
            yield refuse(pair.at("to"), f"a region cannot fail over to itself ({quoted(here)})")
        for key in ("from", "to"):
            region = pair.text(key)
            if "/" in region or "*" in region:
                yield refuse(
                    pair.at(key),
                    f"{quoted(region)} is not a region; failover names whole regions, no *",
                )


def _wrong_weight(distribution: View) -> Fault | None:
    to = distribution.child("to")
    total = 0
    for name in to.names():
        weight = to.number(name) or 0
        if not 1 <= weight <= WHOLE:
            return refuse(to.at(name), f"the weight {weight} of {name} is not within 1 to {WHOLE}")
        total += weight
    if total != WHOLE:
        return refuse(distribution.at("to"), f"the weights sum up to {total} instead of {WHOLE}")
    return None


def _check_apart(places: list[tuple[Ref, str]]) -> Iterator[Fault]:
    """Check that localities are well formed and lie apart; one fault is enough.

    As for Istio, a wildcard overlaps with what follows it, not with what stands before it.
    """
    taken: set[tuple[str, ...]] = set()
    for place, name in places:
        parts = tuple(name.split("/", _PARTS - 1))
        if "*" in name[:-1]:
            yield refuse(place, f"{quoted(name)}: one * may stand at the end of a locality")
            return
        if "" in parts:
            yield refuse(
                place, f"{quoted(name)} has an empty part; a locality is region/zone/subzone"
            )
            return
        if taken & {("*",), (parts[0], "*"), parts, (*parts[:2], "*")}:
            yield refuse(place, f"{quoted(name)} overlaps with a locality before it")
            return
        whole = (*parts, "*", "*")[:_PARTS]
        taken |= {whole[:size] for size in range(1, _PARTS + 1)}
