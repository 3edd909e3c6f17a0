"""Two PeerAuthentications are for the same mesh, namespace or workload.

On each level istiod takes the oldest policy and ignores the others; nothing is merged, and
nothing says so at run time. Servers may take plaintext although a policy says STRICT, or refuse
it although one says PERMISSIVE. Deleting and creating the objects again can turn that round.

Fix: merge the two into one object, or select different workloads.
"""

from collections.abc import Iterator, Sequence

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, rule

_KIALI = ("KIA0002", "KIA0003")


@rule(on=PeerAuthentication, severity=Severity.ERROR, equivalents=_KIALI, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report a policy that an older one of the same level shuts out."""
    policies = mesh.security.peer_authentications
    if not policy.selector:
        level = policies.for_namespace(policy.namespace)
        is_root = policy.namespace == mesh.config.root_namespace
        yield from _finding(policy, level, "the mesh" if is_root else policy.namespace)
        return
    for winner, workload in policies.winners(policy):
        yield from _finding(policy, [winner], workload.title)


def _finding(
    policy: PeerAuthentication, level: Sequence[PeerAuthentication], whose: str
) -> Iterator[Finding]:
    winner = level[0]
    if winner is policy or winner.name == policy.name:
        return
    if order_is_known((winner, policy)):
        text = f"{winner.title} is older and decides alone for {whose}; this policy is ignored"
    else:
        text = (
            f"{winner.title} is for {whose} too, and only the older one counts: "
            f"{_modes(winner)} if that is {winner.name}, {_modes(policy)} if it is {policy.name}"
        )
    same = (winner.mode, winner.port_modes) == (policy.mode, policy.port_modes)
    yield Finding(
        policy.at("metadata", "name"), text, severity=Severity.WARNING if same else None
    ).also(winner.at("metadata", "name"), f"is for {whose} too")


def _modes(policy: PeerAuthentication) -> str:
    ports = (f"{mode or 'UNSET'} on port {port}" for port, mode in policy.port_modes.items())
    return ", ".join([policy.mode or "the mode of the level above", *ports])
