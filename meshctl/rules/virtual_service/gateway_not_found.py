"""A VirtualService names a Gateway that does not exist.

istiod binds the routes to a name that no Gateway has, so no proxy gets them: requests are answered
by another VirtualService, or with 404, and TLS or TCP connections are closed. A name without a
namespace means the VirtualService's own.

Fix: write the Gateway as `namespace/name` into `spec.gateways`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import Binding
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0101", "KIA1102"), since="0.1.0",
    holds=("gateways",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report names without a Gateway, where the input knows the Gateways of the namespace."""
    for binding in (
        *mesh.gateways.bindings.of(service),
        *mesh.gateways.bindings.of_matches(service),
    ):
        if binding.is_mesh or binding.is_kubernetes or binding.gateway is not None:
            continue
        namespace, _, name = binding.name.partition("/")
        elsewhere = mesh.gateways.bindings.called(name)
        known = mesh.knows.all_of("Gateway", namespace)
        near = mesh.gateways.bindings.misspelling_of(name, namespace)
        is_unqualified = bool(elsewhere) and namespace == service.namespace
        if known:
            yield _finding(binding, mesh, Severity.ERROR)
        elif is_unqualified or near is not None:  # probably one left the namespace out, or slipped
            yield _finding(binding, mesh, Severity.WARNING)
        else:
            yield NotChecked(known.reason)


def _finding(binding: Binding, mesh: Mesh, severity: Severity) -> Finding:
    namespace, _, name = binding.name.partition("/")
    elsewhere = mesh.gateways.bindings.called(name)
    close = mesh.gateways.bindings.close_to(name, namespace)
    if elsewhere:
        hint = f"; did you mean {quoted(elsewhere[0].key_name)}?"
    else:
        hint = f"; did you mean {quoted(close)}?" if close else ""
    message = f"there is no Gateway {quoted(binding.name)}, so no proxy gets these routes by that name{hint}"
    finding = Finding(binding.ref, message, severity=severity)
    for gateway in elsewhere[:1]:
        finding = finding.also(gateway.at("metadata", "name"), "has this name")
    return finding
