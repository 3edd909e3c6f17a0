"""The keys of an issuer are at a Service that istiod can't fetch them from.

istiod fetches the keys from inside the cluster, as a client without an identity of the mesh. Where
the Service or its port isn't there, speaks no TLS to `https://`, or has policies that let only known
identities in, it gets nothing: tokens fail with `401 Jwks doesn't have key to match kid or alg from
Jwt`.

Fix: write the name and port of the Service, admit requests for the path of the keys without a source,
or give the keys in `jwks`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import RequestAuthentication, TokenRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_IN_MESH = {Membership.SIDECAR, Membership.AMBIENT}


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report key URLs inside the cluster that nobody answers, or nobody answers to istiod."""
    for entry in policy.rules:
        place = entry.at("jwksUri")
        lacks = mesh.security.request_authentications.lacks_keys(entry)
        if lacks:
            yield Finding(place, f"{lacks}, so istiod gets no keys")
        elif not mesh.security.request_authentications.proxies_fetch_keys:
            yield from _refused(entry, mesh)


def _refused(entry: TokenRule, mesh: Mesh) -> Iterator[Outcome]:
    found = mesh.security.request_authentications.keys_host(entry)
    if found is None:
        return
    host, port = found
    if entry.keys_uri.startswith("https:") and port.protocol.is_http:
        yield Finding(
            entry.at("jwksUri"),
            f"port {port.number} of {host.host} is {port.protocol}, and the keys are asked for by "
            "https://",
        ).also(port.view.at(), "declares the port")
    for workload in mesh.security.mtls.behind(host):
        target = mesh.workloads.target_port(workload, port)
        shut = mesh.decisions.shut_out(workload, None, target) if target is not None else ()
        if shut and mesh.workloads.membership(workload) in _IN_MESH:
            yield Finding(
                entry.at("jwksUri"),
                f"the policies of {workload.title} admit known identities alone, and istiod, which "
                "fetches the keys, has none",
            ).also(shut[0].at("metadata", "name"), "keeps it out")
            return
