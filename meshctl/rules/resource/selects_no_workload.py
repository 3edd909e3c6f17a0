"""The selector of an EnvoyFilter, WasmPlugin, ProxyConfig or DestinationRule picks no proxy.

Such an object changes no proxy: the patch, the filter, the setting or the policy is nowhere. All of
them pick pods by the labels of the pod template, in their own namespace; from the root namespace an
EnvoyFilter, WasmPlugin or TrafficExtension reaches all namespaces. A pod outside the mesh has no proxy.

Fix: write labels that the pods carry, and put the object into the namespace of the pods, or take them into the mesh.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_SELECTORS = {
    "EnvoyFilter": ("workloadSelector", "labels"),
    "WasmPlugin": ("selector", "matchLabels"),
    "TrafficExtension": ("selector", "matchLabels"),
    "ProxyConfig": ("selector", "matchLabels"),
    "DestinationRule": ("workloadSelector", "matchLabels"),
}
_FROM_ROOT = frozenset({"EnvoyFilter", "WasmPlugin", "TrafficExtension"})


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without any workload of the mesh where the workloads are known."""
    path = _SELECTORS.get(resource.kind)
    if path is None or not resource.group.endswith(".istio.io"):
        return
    selector = resource.spec.child(path[0]).labels_of(path[1])
    if not selector or resource.spec.has("targetRefs"):
        return
    wide = resource.kind in _FROM_ROOT and resource.namespace == mesh.config.root_namespace
    home = None if wide else resource.namespace
    picked = mesh.workloads.find(selector, home)
    why = mesh.workloads.why_nobody(picked, selector, home)
    if not why or mesh.registry.has_other_pods(selector, home):
        return
    known = mesh.knows.all_of("Pod", home)
    if not known:
        yield NotChecked(known.reason)
        return
    elsewhere = mesh.workloads.find(selector) if not picked else ()
    there = f"; {elsewhere[0].title} has them" if elsewhere else ""
    yield Finding(resource.spec.at(*path), f"{why}, so {_nothing(resource)}{there}")


def _nothing(resource: Resource) -> str:
    """A DestinationRule that nobody follows may still hide another one."""
    if resource.kind == "DestinationRule":
        return "no proxy follows this DestinationRule"
    return f"this {resource.kind} changes no proxy"
