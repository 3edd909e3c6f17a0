"""A patch looks for a filter by a name that is nearly right.

istiod compares the name letter by letter with those of the filters it makes, so the patch finds nothing and
is never applied, without a word.

Fix: write the name as the message has it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0", needs=("filter",))
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report misspelt names of network and HTTP filters."""
    for patch in envoy_filter.patches:
        for found in mesh.clauses.filter_names.misspelt(patch):
            yield Finding(
                found.place,
                f"no filter is called {quoted(str(found.place.value()))} there, but {found.meant}: nothing "
                "is patched",
            ).fixed_by(put(found.place, found.meant), safe=False)
