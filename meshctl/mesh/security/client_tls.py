"""Finds the ``tls`` block of a DestinationRule that decides for a port and a subset.

Mirrors MergeSubsetTrafficPolicy and GetPortLevelTrafficPolicy (pilot/pkg/networking/util/util.go)
for what the client sends, and tlsModeForDestinationRule (pilot/pkg/xds/endpoints/mtls_checker.go)
for what the endpoints are labelled with, of Istio 1.31. The two disagree where a port entry has
no ``tls``. A subset that sets no mode gets that of the host, which it didn't before 1.31.
"""

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from meshctl.mesh.traffic.destination_rule_merge import selector_of
from meshctl.mesh.traffic.destination_rules import EffectiveDestinationRule
from meshctl.resources import DestinationRule, Subset, TrafficPolicy, View

DISABLE = "DISABLE"
SIMPLE = "SIMPLE"
MUTUAL = "MUTUAL"
ISTIO_MUTUAL = "ISTIO_MUTUAL"


@dataclass(frozen=True, slots=True, eq=False)
class ClientTlsSetting:
    """What a rule says about TLS on the way to one port of a host or subset.

    ``tls`` is the block that decides, ``None`` for none. ``endpoint_mode`` is the mode that all
    endpoints are labelled by, empty where each decides for itself. ``wiped`` is the block that
    would have decided, had not ``wiped_by``, a port entry without ``tls``, replaced it.
    """

    tls: View | None = None
    endpoint_mode: str = ""
    wiped: View | None = None
    wiped_by: View | None = None

    @property
    def mode(self) -> str:
        """The mode of the deciding block, empty for none."""
        return mode_of(self.tls) if self.tls is not None else ""


_NOTHING = ClientTlsSetting()
_READ = ("tls", "portLevelSettings", "loadBalancer")
"""What of a policy decides which TLS a client sends, and to which pods."""


def tls_setting(
    rule: EffectiveDestinationRule | None, port: int, subset: Subset | None
) -> ClientTlsSetting:
    """Find what holds for a service port, of the whole host or of a subset."""
    policy = rule.policy if rule is not None else None
    setting = _of_policy(policy, port, _NOTHING) if policy is not None else _NOTHING
    return setting if subset is None else _of_policy(subset.policy, port, setting)


def told_of_tls(rule: EffectiveDestinationRule | None) -> Hashable:
    """What rules share that make clients of a kind do the same at each host, but for the place that decides."""
    if rule is None or rule.rules[0].is_generated:
        return rule
    policy = _read(rule.policy) if rule.policy is not None else None
    subsets = [(name, one.labels, _read(one.policy)) for name, one in rule.subsets.items()]
    told = json.dumps((policy, subsets), sort_keys=True, default=str)
    return told, rule.order_known, selector_of(rule.rules[0]) is None


def _read(policy: TrafficPolicy) -> dict[str, object]:
    return {key: policy.data[key] for key in _READ if policy.has(key)}


def wiped_settings(rule: DestinationRule) -> Iterator[ClientTlsSetting]:
    """Walk the port entries of one rule that lose a ``tls`` block by not repeating it."""
    policies = [(rule.policy, False), *((subset.policy, True) for subset in rule.subsets)]
    for policy, of_subset in policies:
        for entry in policy.ports:
            if entry.port is not None and entry is policy.for_port(entry.port):
                above = _of_policy(rule.policy, entry.port, _NOTHING) if of_subset else _NOTHING
                setting = _of_policy(policy, entry.port, above)
                if setting.wiped_by is entry:
                    yield setting


def _of_policy(policy: TrafficPolicy, port: int, above: ClientTlsSetting) -> ClientTlsSetting:
    whole = policy.tls if policy.has("tls") else None
    mode = mode_of(whole) if whole is not None else ""
    entry = policy.for_port(port)
    if entry is None:
        if whole is not None:
            return ClientTlsSetting(whole, mode)
        return above
    if entry.has("tls"):
        return ClientTlsSetting(entry.tls, mode_of(entry.tls))
    wiped = whole if whole is not None else above.tls
    # istiod labels the endpoints of a subset by the policy of the host where its own sets no mode.
    label = mode or above.endpoint_mode
    return ClientTlsSetting(None, label, wiped, entry if wiped is not None else None)


def mode_of(tls: View) -> str:
    """Read the mode of a ``tls`` block; DISABLE is enum value 0, so the default."""
    return tls.text("mode") or DISABLE
