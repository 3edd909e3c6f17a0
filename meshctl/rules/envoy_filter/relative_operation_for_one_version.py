"""Patches for one filter are limited to proxy versions and have no priority.

During an upgrade, proxies of the other version leave out the patches that don't fit, so that the
relative ones find nothing and are left out too.

Fix: set `priority`, use INSERT_FIRST or ADD, and write one patch for each version in use.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import relative_patches
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.WARNING, equivalents=("IST0155",), since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report relative patches of a filter that an earlier patch limits to a version."""
    for patch in relative_patches(envoy_filter):
        earlier = mesh.workloads.versioned_patches.share_filter(patch)
        if earlier is not None:
            yield Finding(
                patch.at("patch", "operation"),
                f"{patch.operation} of {patch.filter_name} has no priority, and another patch of "
                f"that filter is for proxies of version {earlier.proxy_version} alone",
            ).also(earlier.at("match", "proxy", "proxyVersion"), "limited to a version")
