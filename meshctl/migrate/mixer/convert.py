"""Converts the objects of Mixer together: a rule says what its handlers and instances are for."""

from collections.abc import Sequence

from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.migrate.mixer.checks import check_list, deny
from meshctl.migrate.mixer.join import NO_SUCCESSOR, Action, Joined
from meshctl.migrate.mixer.observations import observe
from meshctl.migrate.mixer.quotas import Quotas
from meshctl.resources import Resource

_QUOTAS = frozenset({"memquota", "redisquota"})
_OPERATIONS = ("requestHeaderOperations", "responseHeaderOperations")


def convert(several: Sequence[tuple[Resource, Draft]], known: Known) -> None:
    """Convert all of them."""
    joined = Joined(several)
    quotas = Quotas(several, known)
    for resource, draft in several:
        if resource.kind == "rule":
            _rule(resource, draft, joined, quotas, known)
        elif resource.kind in NO_SUCCESSOR:
            draft.exact("nothing reads it today, and nothing has to")
        elif resource.kind in {"HTTPAPISpec", "HTTPAPISpecBinding"}:
            draft.lost("attributes of an API have nothing like it",
                       instead="match paths and methods in AuthorizationPolicies")  # fmt: skip
    for part in joined.parts:
        if part.resource not in joined.used:
            part.draft.exact("no rule in the input uses it, so that it did nothing")
    for resource, draft in several:
        if resource.kind in {"QuotaSpec", "QuotaSpecBinding"} and not draft.made:
            draft.lost(
                "no memquota of a rule in the input counts it",
                instead="add the rule, the handler and the instance to the input",
            )


def _rule(rule: Resource, draft: Draft, joined: Joined, quotas: Quotas, known: Known) -> None:
    for key in _OPERATIONS:
        if rule.spec.has(key):
            draft.lost(
                f"{key} of a rule have no object of their own", rule.spec.at(key),
                instead="write headers.request or headers.response into the VirtualService of the "
                "host",
            )  # fmt: skip
    for action in joined.actions(rule, draft):
        before = set(draft.made)
        _action(rule, draft, action, quotas, known)
        fresh = [made for made in draft.made if made not in before]
        for part in (action.handler, *action.instances):
            part.draft.share(fresh)
            if not fresh and draft.is_lost:
                part.draft.lost(
                    f"{rule.title} has nothing like it", instead="see what is said there"
                )
            elif not fresh:
                part.draft.exact(f"what it did is told at {rule.title}")


def _action(rule: Resource, draft: Draft, action: Action, quotas: Quotas, known: Known) -> None:
    match action.handler.of:
        case "denier":
            deny(rule, draft, action, known)
        case "list":
            check_list(rule, draft, action, known)
        case of if of in _QUOTAS:
            quotas.convert(draft, action)
        case _:
            observe(draft, action)
