"""A patch is for proxy versions that this control plane doesn't serve.

`proxyVersion` is a regular expression of Istio's version. Where no proxy of the mesh fits, as
happens after an upgrade, the patch is left out without a word.

Fix: adapt `proxyVersion` to the versions that run, after making sure that the patch fits to them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import excludes_all
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report patterns that fit to no version up to two minor ones below the control plane's."""
    versions = mesh.injection.control_plane.versions
    for patch in envoy_filter.patches:
        if patch.proxy_version and excludes_all(patch.proxy_version, versions):
            major, minor = max(versions)
            yield Finding(
                patch.at("match", "proxy", "proxyVersion"),
                f"{quoted(patch.proxy_version)} fits to no proxy of {major}.{minor - 2} to "
                f"{major}.{minor}, which this control plane serves, so the patch is left out",
            )
