"""The conditions that istiod writes for each parent of a route.

Mirrors createRouteStatus (pilot/pkg/config/kube/gateway/conditions.go, Istio 1.31): one entry for
each reference; a route that one listener of a parent takes is accepted by it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meshctl.mesh.gateway_api.http_rules import ConvertedRules
from meshctl.mesh.gateway_api.parents import Attachment
from meshctl.mesh.gateway_api.status.conditions import Conditions, Fault, judged
from meshctl.resources import ObjectReference

_RANKS = {"NotAllowedByListeners": 1, "NoMatchingListenerHostname": 2, "NoMatchingParent": 4}


class ParentStatus(NamedTuple):
    """What the status says about one parent of a route."""

    reference: ObjectReference
    conditions: Conditions
    attachments: tuple[Attachment, ...]
    """The listeners it may be about, with those that don't take the route."""

    @property
    def is_accepted(self) -> bool:
        """Does the status say Accepted? That is not yet traffic."""
        return self.conditions["Accepted"].is_true


def parent_statuses(
    attachments: Iterable[Attachment], at_gateways: ConvertedRules, in_mesh: ConvertedRules
) -> tuple[ParentStatus, ...]:
    """Write the status of each parent that istiod knows."""
    grouped: dict[ObjectReference, list[Attachment]] = {}
    for attachment in attachments:
        grouped.setdefault(attachment.reference, []).append(attachment)
    return tuple(
        _status(reference, several, in_mesh if several[0].is_mesh else at_gateways)
        for reference, several in grouped.items()
    )


def _status(
    reference: ObjectReference, several: Sequence[Attachment], rules: ConvertedRules
) -> ParentStatus:
    worst = min(
        several, key=lambda attachment: _RANKS[attachment.denial.reason] if attachment.denial else 0
    )
    denied = None
    if worst.denial is not None:
        texts = (attachment.denial.text for attachment in several if attachment.denial is not None)
        text = "; ".join(dict.fromkeys(texts))
        denied = Fault(worst.denial.reason, text, reference.at("name"))
    conditions = {
        "Accepted": judged("Accepted", denied),
        "ResolvedRefs": judged("ResolvedRefs", rules.fault),
    }
    return ParentStatus(reference, conditions, tuple(several))
