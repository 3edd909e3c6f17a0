"""The certificate of a server is asked for with names that its hosts don't have.

cert-manager writes the names of the Certificate into what the gateway presents. Clients that ask
for another host get a certificate that isn't for it and end the connection.

Fix: add the host to `dnsNames` of the Certificate, or name another Secret.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_in_certificates
from meshctl.resources import Certificate, Gateway, Ref
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

ANY_HOST = "*"


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that the Certificates behind all Secrets of a server lack."""
    homes = mesh.gateways.namespaces_of(gateway) - {None}
    for server in gateway.servers:
        credentials = server.credentials if server.terminates_tls and homes else ()
        made = [_certificate(mesh, name, homes) for name, _ in credentials]
        found = [certificate for certificate in made if certificate is not None]
        if not found or len(found) < len(made):
            continue
        names = {name for certificate in found for name in certificate.all_names}
        for index, host in enumerate(server.hosts):
            asked = host.rpartition("/")[2].lower()
            if asked != ANY_HOST and not is_in_certificates(names, asked):
                has = ", ".join(sorted(names)[:3])
                yield Finding(
                    server.at("hosts", index),
                    f"{found[0].title}, whose Secret this server presents, is for {has}, and not "
                    f"for {quoted(asked)}: clients end the connection",
                ).also(found[0].spec.at("dnsNames"), "asks for these names")


def _certificate(mesh: Mesh, secret: str, homes: frozenset[str | None]) -> Certificate | None:
    """Find the Certificate that makes a Secret where the gateway's pods look for it."""
    called = mesh.registry.secrets.called(secret)
    places: list[Ref] = [place for home, place in called.items() if home in homes]
    found = [ref.resource for ref in places if isinstance(ref.resource, Certificate)]
    return found[0] if found and len(found) == len(places) and found[0].all_names else None
