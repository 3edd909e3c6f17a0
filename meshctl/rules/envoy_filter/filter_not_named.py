"""A patch removes or replaces a filter, and its match names none.

What is to go or to be replaced has to be named: `subFilter` for HTTP_FILTER, `filter` for NETWORK_FILTER and
`listenerFilter` for LISTENER_FILTER, which MERGE needs as well. istiod passes over a patch without it.

Fix: name the filter in `match.listener`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import names_no_filter
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule

_FIELDS = {
    "HTTP_FILTER": "match.listener.filterChain.filter.subFilter",
    "NETWORK_FILTER": "match.listener.filterChain.filter",
    "LISTENER_FILTER": "match.listener.listenerFilter",
}


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report operations that look for a filter without a name."""
    for patch in envoy_filter.patches:
        if names_no_filter(patch):
            yield Finding(
                patch.at("patch", "operation"),
                f"{patch.operation} of {patch.apply_to} does nothing without {_FIELDS[patch.apply_to]}",
            )
