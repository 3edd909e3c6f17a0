"""The certificate of a server is asked for with names that its hosts don't have.

cert-manager writes the names of the Certificate into what the gateway presents. Clients that ask
for another host get a certificate that isn't for it and end the connection.

Fix: add the host to `dnsNames` of the Certificate, or name another Secret.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_in_certificates
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted, shortened

ANY_HOST = "*"


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that the Certificates behind all Secrets of a server lack."""
    homes = mesh.gateways.namespaces_of(gateway)
    for server in gateway.servers:
        credentials = server.credentials if server.terminates_tls and homes else ()
        made = [mesh.registry.secrets.certificate(name, homes) for name, _ in credentials]
        found = [certificate for certificate in made if certificate is not None]
        if not found or len(found) < len(made):
            continue
        names = [certificate.all_names for certificate in dict.fromkeys(found)]
        for index, host in enumerate(server.hosts):
            asked = host.rpartition("/")[2].lower()
            if asked != ANY_HOST and not any(is_in_certificates(one, asked) for one in names):
                has = shortened(found[0].dns_names or [found[0].spec.text("commonName")])
                yield Finding(
                    server.at("hosts", index),
                    f"{found[0].title}, whose Secret this server presents, is for {has}, and not "
                    f"for {quoted(asked)}: clients end the connection",
                ).also(found[0].spec.at("dnsNames"), "asks for these names")
