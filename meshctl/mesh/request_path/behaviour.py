"""What a request comes to, without the names and places that make no difference.

Two meshes treat a request alike if this is equal in both: where it goes with which share, over
which TLS, what is set on the way, who refuses it and on account of which rules.
"""

import json
from typing import Any

from meshctl.mesh.request_path.hops import Hop, Leg, Outcome, Sending
from meshctl.resources import DestinationRule

_ANSWERED = frozenset({Outcome.REDIRECT, Outcome.HTTPS_REDIRECT, Outcome.DIRECT_RESPONSE})


def behaviour(hop: Hop, *, by_name: bool = True) -> tuple[Any, ...]:
    """Describe what one hop does, and all that follow.

    Istio writes into a cluster which DestinationRules it is made of; not ``by_name``, only the
    policies in them count.
    """
    verdict = hop.verdict
    decision: tuple[Any, ...] = ()
    if verdict is not None and (verdict.action or verdict.providers):
        rules = tuple(rule.title for rule in verdict.by)
        decision = verdict.is_allowed, verdict.action, rules, verdict.providers
    return (
        hop.workload.key_name if hop.workload is not None else "", _outcome(hop), hop.code,
        hop.location, hop.body, hop.path, hop.authority, hop.tls, hop.protocol, decision,
        _settings(hop) if hop.outcome not in _ANSWERED else "",
        tuple(_sending(sending, by_name=by_name, is_alone=len(hop.sendings) == 1)
              for sending in hop.sendings),
    )  # fmt: skip


def _outcome(hop: Hop) -> str:
    """Name how it ends; whether a server or a route redirects makes no difference."""
    is_redirect = hop.outcome is Outcome.HTTPS_REDIRECT
    return (Outcome.REDIRECT if is_redirect else hop.outcome).value


def _settings(hop: Hop) -> str:
    return json.dumps(hop.settings, sort_keys=True, default=str) if hop.settings else ""


def policies(sending: Sending) -> str:
    """Give the traffic policies of a destination but for TLS, which shows elsewhere; may be empty."""
    rules = (
        sending.cluster.rule.rules if sending.cluster is not None and sending.cluster.rule else ()
    )
    subset = sending.target.subset if sending.target is not None else ""
    found = [
        text
        for rule in rules
        if not rule.is_generated  # it says nothing but TLS
        for texts in [rule.once(_policies_of)]  # many requests follow it
        for text in (*texts[None], *texts.get(subset, ()))
    ]
    return f"[{', '.join(found)}]" if found else ""


def _policies_of(rule: DestinationRule) -> dict[str | None, list[str]]:
    """Write the traffic policies of a rule by subset, without a name that of all, where they say something."""
    found: dict[str | None, list[str]] = {None: []}
    for name, view in ((None, rule.policy), *((each.name, each.policy) for each in rule.subsets)):
        policy = {key: value for key, value in view.data.items() if key != "tls"}
        if policy:
            text = json.dumps(policy, sort_keys=True, default=str)
            found.setdefault(name, []).append(text)
    return found


def _sending(sending: Sending, *, by_name: bool, is_alone: bool) -> tuple[Any, ...]:
    """Describe a destination; the weight of the only one makes no difference."""
    target, cluster = sending.target, sending.cluster
    place: tuple[Any, ...] = ()
    if target is not None:
        place = target.host, target.port, target.subset, None if is_alone else target.weight
    known: tuple[Any, ...] = ()
    if cluster is not None:
        rules = cluster.rule.rules if cluster.rule is not None else ()
        made_of = tuple(rule.key_name for rule in rules) if by_name else policies(sending)
        known = cluster.kind, cluster.upstream.tls.value, made_of
    legs = sorted((_leg(leg, by_name=by_name) for leg in sending.legs), key=str)
    return place, sending.name, known, tuple(legs)


def _leg(leg: Leg, *, by_name: bool) -> tuple[Any, ...]:
    end = leg.wire.endpoint
    following = behaviour(leg.next, by_name=by_name) if leg.next is not None else ()
    return end.address, end.port, leg.wire.tls.value, leg.wire.sni, leg.wire.by_hbone, following
