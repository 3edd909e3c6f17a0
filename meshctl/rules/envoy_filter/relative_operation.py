"""An EnvoyFilter without priority puts its patch relative to a filter of others.

EnvoyFilters are applied by priority, then by age. Where the filter that this patch looks for is
inserted by another EnvoyFilter that comes later, the patch finds nothing and is left out without a
word. What looks for a filter that istiod itself generates, such as the router, finds it always and
is only an info.

Fix: set `priority`, or use INSERT_FIRST or ADD, which look for nothing.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import looks_for_generated, relative_patches
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.WARNING, equivalents=("IST0151",), since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report relative patches; those that clash on versions have a rule of their own."""
    for patch in relative_patches(envoy_filter):
        if not mesh.workloads.versioned_patches.share_filter(patch):
            yield Finding(
                patch.at("patch", "operation"),
                f"{patch.operation} depends on what is there when the patch is applied, and without a "
                "priority the order among EnvoyFilters is that of their age",
                severity=Severity.INFO if looks_for_generated(patch) else None,
            )
