"""An EnvoyFilter is for a Gateway that isn't there.

`targetRefs` name Gateways of the Gateway API in the EnvoyFilter's own namespace. If there is none of that name, no proxy is
patched: a rate limit, an authorizer or a log that the patches were to add is missing, and nothing says so.

Fix: write the name of a Gateway of this namespace, or move the EnvoyFilter to the namespace of its Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0", holds=("targetRefs",))
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report Gateways that the input shows to be missing.

    ShouldAttachPolicy, pilot/pkg/model/policyattachment.go, Istio 1.31.
    """
    home = envoy_filter.namespace
    for target in envoy_filter.target_refs:
        name = target.text("name")
        if target.text("kind") != "Gateway" or not name:
            continue
        if any(mesh.reference_grants.named(home, name)):
            continue
        if known := mesh.knows.all_of("Gateway", home):
            text = f"namespace {home} has no Gateway '{name}', so this EnvoyFilter patches nothing"
            yield Finding(target.at("name"), text)
        else:
            yield NotChecked(known.reason)
