"""A server is for a port below 1024 of pods that say they are unprivileged.

istiod turns the port of a server into the `targetPort` of the Service in front of the gateway. Where that is below
1024 and the pods have `ISTIO_META_UNPRIVILEGED_POD`, it leaves the listener out: connections are refused, and
istiod's log has a line about it.

Fix: let the Service lead to a `targetPort` from 1024 on, such as 8080 and 8443.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0", needs=("env",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report servers that no workload of their Gateway listens for."""
    for server in gateway.servers:
        fates = [one for one in mesh.gateways.fates_by_namespace(server) if one[1].drop is None]
        if not fates or any(
            effective_gateway.workload.may_listen_on(fate.target)
            for effective_gateway, fate in fates
        ):
            continue
        effective, fate = fates[0]
        yield Finding(
            server.at("port", "number"),
            f"istiod leaves port {fate.target} out: {effective.workload.name} says "
            "ISTIO_META_UNPRIVILEGED_POD, and its proxies listen on no port below 1024",
        )
