"""A second ProxyConfig is for the same workloads, or for the same namespace.

They are not merged: of those that select a workload the oldest alone counts, and so it does of those without a
selector, for their namespace and, in the root namespace, for the mesh. What the other one sets, be it another
setting, has no effect.

Fix: join the two, or select other workloads.
"""

from collections.abc import Iterator, Sequence

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import named, others, surely_counts, winner_text
from meshctl.resources import ProxyConfig
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ProxyConfig, severity=Severity.WARNING, since="0.1.0", needs=("ProxyConfig[1]",))
def check(config: ProxyConfig, mesh: Mesh) -> Iterator[Outcome]:
    """Report one that another one comes before, or may come before, for the first such workload."""
    configs = mesh.injection.proxy_configs
    if config.is_for_nobody:
        return
    if not config.selector:
        same = configs.for_namespace(config.namespace)
        is_mesh_wide = config.namespace == mesh.config.root_namespace
        where = "the mesh" if is_mesh_wide else f"namespace {config.namespace}"
        if len(same) > 1 and not surely_counts(config, same):
            yield _said(config, same, f"{named(same, config)} is for {where}, too")
        return
    for workload in mesh.workloads.find(config.selector, config.namespace):
        same = configs.for_workload(workload)
        if len(same) > 1 and not surely_counts(config, same):
            text = f"{workload.title} is selected by {named(same, config)}, too"
            yield _said(config, same, text)
            return


def _said(config: ProxyConfig, same: Sequence[ProxyConfig], text: str) -> Finding:
    place = config.spec.key("selector") if config.selector else config.at("metadata", "name")
    finding = Finding(place, f"{text}; {winner_text(config, same)}")
    for other in others(same, config):
        finding = finding.also(other.at("metadata", "name"), "sets up the same proxies")
    return finding
