"""The keys of an issuer outside the cluster are fetched without TLS.

Whoever can change the answer on its way can bring in a key of their own, and sign tokens that every
workload here accepts.

Fix: use the `https://` address of the issuer.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import is_plain_and_public
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report `http://` addresses of names that the public DNS would answer."""
    for entry in policy.rules:
        if is_plain_and_public(
            entry.keys_uri
        ) and not mesh.security.request_authentications.keys_host(entry):
            yield Finding(
                entry.at("jwksUri"),
                f"{entry.keys_uri} is not encrypted: whoever is on the way can replace the keys",
            ).fixed_by(put(entry.at("jwksUri"), "https" + entry.keys_uri[4:]), safe=False)
