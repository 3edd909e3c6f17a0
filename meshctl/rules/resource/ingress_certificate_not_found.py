"""The Secret with the certificate of an Ingress isn't where the ingress gateway looks for it.

Other controllers read the Secret of `tls` beside the Ingress. The pods of Istio's ingress gateway read it
in their own namespace; while it is missing there, clients' handshakes are cut off.

Fix: create the Secret (or the Certificate that makes it) in the namespace of the gateway's pods.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource, View
from meshctl.resources.view import views
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report Secrets that none of the gateway's namespaces has."""
    if not mesh.gateways.ingresses.has(ingress):
        return
    homes = mesh.gateways.ingresses.homes
    for entry in views(ingress.spec, "tls", View):
        name = entry.text("secretName")
        found = mesh.registry.secrets.called(name)
        if not name or not homes.isdisjoint(found) or mesh.registry.secrets.is_copied(name):
            continue
        known = mesh.knows.everywhere("Secret")
        if not homes:
            yield NotChecked("the pods of the ingress gateway aren't in the input")
        elif not found and not known:
            yield NotChecked(known.reason)
        else:
            there = shortened(sorted(found), MOST_LISTED) or "no namespace"
            finding = Finding(
                entry.at("secretName"),
                f"the ingress gateway's pods run in {shortened(sorted(homes), MOST_LISTED)} and look "
                f"for Secret {quoted(name)} there; the input has it in {there}",
                severity=None if mesh.has_all("Secret") else Severity.WARNING,
            )
            for ref in list(found.values())[:3]:
                finding = finding.also(ref, "isn't seen by the gateway")
            yield finding
