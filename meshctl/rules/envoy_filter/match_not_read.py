"""A match has a field that istiod doesn't read for what the patch applies to.

A route configuration is not looked for by a virtual host in it, nor a virtual host by a route; what is added, such as a
cluster or a filter that comes first, looks at nothing that is there already; `gateway` and `portName` of a route
configuration are read at gateways alone, and beside the `name` of a cluster nothing else. The patch is applied as if
the field weren't there, often to more than was meant.

Fix: remove the field, or patch what it names: HTTP_ROUTE by `vhost.route`, VIRTUAL_HOST by `vhost`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.clauses import unread_fields
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0", needs=("match",))
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report each field; info where the patch reaches no more for that."""
    for patch in envoy_filter.patches:
        for unread in unread_fields(patch):
            effect = (
                "the patch is applied wherever the rest fits"
                if unread.is_wider
                else "it changes nothing"
            )
            yield Finding(
                unread.place,
                f"{unread.name} isn't read for {patch.operation} of {patch.apply_to}, so that {effect}",
                severity=None if unread.is_wider else Severity.INFO,
            )
