"""Requests are hashed by a cookie that the proxy doesn't set.

With a `ttl` (0s for a cookie of the session) the proxy gives each client a cookie of its own. Without one
it only reads a cookie that the application sets: requests without it go to any pod.

Fix: write `ttl: 0s`, or let the application set the cookie.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_policies
from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = all_policies(
    "!has({policy}.loadBalancer) || !has({policy}.loadBalancer.consistentHash) || "
    "!has({policy}.loadBalancer.consistentHash.httpCookie) || "
    "!has({policy}.loadBalancer.consistentHash.httpCookie.name) || "
    "has({policy}.loadBalancer.consistentHash.httpCookie.ttl)"
)


@rule(on=DestinationRule, severity=Severity.INFO, since="0.1.0", holds=("httpCookie",), cel=_CEL)
def check(destination_rule: DestinationRule, _: Mesh) -> Iterator[Outcome]:
    """Report cookies without a time to live."""
    for policy in written_policies(destination_rule):
        cookie = policy.child("loadBalancer", "consistentHash", "httpCookie")
        if cookie.has("name") and not cookie.has("ttl"):
            yield Finding(
                cookie.at("name"),
                f"the proxy never sets cookie {cookie.text('name')}, since it has no ttl",
            ).fixed_by(put(cookie.at("ttl"), "0s"), safe=False)
