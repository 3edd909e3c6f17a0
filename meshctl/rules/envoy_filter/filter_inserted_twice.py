"""Two patches insert a filter of one name into the same proxies.

Both are inserted, and each request runs through both: it is authorized, counted or rewritten twice.
What routes say by the filter's name (`typed_per_filter_config`) holds for both of them.

Fix: keep one of the patches, or give the filters different names.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule
from meshctl.words import quoted


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report the second of two inserts; filters that differ otherwise are an info."""
    for twin in mesh.workloads.envoy_filters.twins(envoy_filter):
        finding = Finding(
            twin.patch.at("patch", "value", "name"),
            f"{twin.other.resource.title} inserts {quoted(twin.patch.filter_name)} into the same proxies,"
            f" so requests run through {'this filter' if twin.is_same else 'filters of this name'} twice",
            severity=None if twin.is_same else Severity.INFO,
        ).also(twin.other.at("patch", "value", "name"), "is inserted as well")
        if twin.is_same:
            finding = finding.fixed_by(delete(twin.patch.at()), safe=False)
        yield finding
