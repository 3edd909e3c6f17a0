"""An Ingress opens TLS for a host whose routes are not there.

istiod puts the rules of all Ingresses for a host into one VirtualService, which it binds to the Gateway of the oldest of
them alone. The TLS server of another Ingress for that host has no routes: `https` answers `404`, while plain `http` works.
An entry of `tls` with a host that another one has already is left out as a whole.

Fix: write `tls` for the host into the oldest Ingress that has rules for it, or all rules of the host into one Ingress.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of TLS servers whose routes another Ingress has, and entries that are left out."""
    routes = mesh.gateways.ingress_routes
    if not mesh.gateways.ingresses.has(ingress):
        return
    for server in routes.servers_of(ingress):
        rival = server.rival
        if rival is not None:
            if rival.view.text("secretName") != server.view.text("secretName"):
                text = f"{rival.ingress.title} has TLS for one of these hosts already: this entry is left out"
                severity = None if server.lost else Severity.WARNING
                yield Finding(server.view.at(), text, severity).also(
                    rival.view.at(), "is there already"
                )
            continue
        for host in server.hosts:
            owner = routes.owner_elsewhere(server, host)
            if owner is not None:
                known = order_is_known((ingress, owner))
                doubt = "" if known else ", if that is the older one; files don't say which is"
                text = f"https://{host} answers 404: the routes of the host are those of {owner.title}{doubt}"
                severity = None if known else Severity.WARNING
                yield Finding(server.view.at(), text, severity).also(
                    owner.at("metadata", "name"), "has the routes"
                )
