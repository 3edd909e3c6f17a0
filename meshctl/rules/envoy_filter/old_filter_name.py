"""A patch looks for a filter by the name that it had in older releases of Envoy.

istiod compares the name of the filter letter by letter with that of the filters it makes, which have
their new names: `envoy.filters.network.http_connection_manager`, `envoy.filters.http.router`. A patch that
looks for `envoy.http_connection_manager` or `envoy.router` is never applied.

Fix: write the new name, which the message has.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.validation.webhook.extensions.envoy_filter import RENAMED_FILTERS
from meshctl.words import quoted


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0", holds=("filter", "listenerFilter"))
def check(envoy_filter: EnvoyFilter, _: Mesh) -> Iterator[Outcome]:
    """Report old names in what a patch looks for."""
    for patch in envoy_filter.patches:
        listener = patch.child("match", "listener")
        asked = listener.child("filterChain", "filter")
        for place in (
            asked.at("name"),
            asked.child("subFilter").at("name"),
            listener.at("listenerFilter"),
        ):
            name = place.value()
            new = RENAMED_FILTERS.get(name) if isinstance(name, str) else None
            if new is not None:
                yield Finding(
                    place,
                    f"no filter is called {quoted(name)} any more, but {new}: nothing is patched",
                ).fixed_by(put(place, new))
