"""The keys are fetched from a workload that takes mutual TLS alone.

istiod fetches the keys, and it is no client of the mesh: it sends plain HTTP or HTTPS, without a
certificate of the mesh. A server in STRICT mode resets that. Tokens then fail with `401 Jwks
doesn't have key to match kid or alg from Jwt`.

Fix: make that port PERMISSIVE with `portLevelMtls`, give the keys in `jwks`, or have the proxies
fetch them (`PILOT_JWT_ENABLE_REMOTE_JWKS` of istiod).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ServerMode
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report key URLs of Services whose workloads all demand mutual TLS on that port."""
    for entry in policy.rules:
        found = mesh.security.request_authentications.keys_host(entry)
        if found is None or mesh.security.request_authentications.proxies_fetch_keys:
            continue
        host, port = found
        servers = [
            mesh.security.mtls.server(workload, target)
            for workload in mesh.security.mtls.behind(host)
            if (target := mesh.workloads.target_port(workload, port)) is not None
        ]
        if not servers or any(endpoint.mode is not ServerMode.STRICT for endpoint in servers):
            continue
        first = min(servers, key=lambda endpoint: endpoint.workload.key_name)
        finding = Finding(
            entry.at("jwksUri"),
            f"{first.workload.title} takes mutual TLS alone on port {first.port}, and "
            "istiod, which fetches the keys, has none",
        )
        ref = first.demand.ref if first.demand is not None else None
        yield finding.also(ref, "demands mutual TLS") if ref is not None else finding
