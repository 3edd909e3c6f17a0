"""Orders objects by age, as istiod does where several compete.

istiod orders what competes by creation time and breaks ties by name, then namespace
(sortConfigByCreationTime, pilot/pkg/model/push_context.go, Istio 1.31). Files carry no times.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from meshctl.resources import Resource

_UNKNOWN = datetime.max.replace(tzinfo=UTC)


def age(resource: Resource) -> tuple[datetime, str, str]:
    """Sort key, the oldest first; what has no time yet counts as created last."""
    created = resource.created
    if created is None:
        created = _UNKNOWN
    elif created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    return created, resource.name, resource.namespace


def order_is_known(resources: Iterable[Resource]) -> bool:
    """Do these objects say which of them is the oldest? One alone always does."""
    unknown = total = 0
    for resource in resources:
        total += 1
        unknown += resource.created is None
        if unknown and total > 1:
            return False
    return unknown == 0 or total == 1
