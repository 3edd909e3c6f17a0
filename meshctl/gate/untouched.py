"""Says which parts of a mesh stay what they are when objects of some kinds come, go or change.

A part is what ``Mesh`` has a facade for. What it is made of stands in ``mesh/model.py`` and in the
facades themselves; a kind is listed here for a part only if neither the part nor any that it is made
of reads such objects. ``tests/gate/test_untouched.py`` takes objects away and compares.
"""

from collections import Counter
from collections.abc import Collection

from meshctl.resources import Namespace, Resource

_TO_PODS = frozenset({"registry", "workloads"})
_TO_HOSTS = frozenset({"registry", "traffic"})
_POLICIES = frozenset({
    *_TO_PODS, *_TO_HOSTS, "sidecar_scope", "sidecar_routes", "gateways", "gateway_api", "merged_routes",
    "merged_gateways", "reachability", "ownership",
})  # fmt: skip

_UNTOUCHED = {
    "AuthorizationPolicy": _POLICIES,
    "PeerAuthentication": _POLICIES,
    "RequestAuthentication": _POLICIES,
    "VirtualService": _TO_PODS | {"ambient"},
    "DestinationRule": _TO_PODS | {"ambient"},
    "Gateway": _TO_PODS | _TO_HOSTS | {"sidecar_scope", "ambient"},
    "Namespace": _TO_HOSTS,
    "Sidecar": _TO_HOSTS,
    "Telemetry": _TO_HOSTS,
    "EnvoyFilter": _TO_HOSTS,
}
"""The parts to which nothing follows from objects of a kind, by the name of its view."""


def untouched(changed: Collection[Resource]) -> frozenset[str]:
    """Name the parts of a mesh in which nothing follows from objects that changed."""
    kinds = {type(resource).__name__ for resource in changed}
    if not kinds or _comes_or_goes(changed):
        return frozenset()
    return frozenset.intersection(*(_UNTOUCHED.get(kind, frozenset()) for kind in kinds))


def _comes_or_goes(changed: Collection[Resource]) -> bool:
    """Is there a Namespace now that wasn't, or the other way round? All that is known of its objects hangs on that."""
    times = Counter(one.name for one in changed if isinstance(one, Namespace))
    return 1 in times.values()
