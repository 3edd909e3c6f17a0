"""Finds who may call a Service: clients by identity, as its AuthorizationPolicies decide."""

from dataclasses import dataclass
from typing import Literal

from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import AuthorizationPolicy, RequestAuthentication


@dataclass(frozen=True, slots=True)
class CallerAnswer:
    """Clients of one identity: is a plain request of theirs let in, and by which policy?"""

    namespace: str
    service_account: str
    workloads: tuple[str, ...]
    request: str
    decision: Literal["allow", "deny", "unknown"]
    policy: str | None
    rule: int | None


def callers(mesh: Mesh, host: RegisteredHost, default: str) -> tuple[CallerAnswer, ...]:
    """List clients of a Service by identity; none where no policy decides about them."""
    deciding = len(mesh.of(AuthorizationPolicy)) + len(mesh.of(RequestAuthentication))
    if not deciding or not host.ports:
        return ()
    from meshctl.inspect.describe.traced_callers import traced_callers  # noqa: PLC0415 - few need it

    found = tuple(traced_callers(mesh, host, default))
    decides = any(
        caller_answer.policy is not None or caller_answer.decision != "allow"
        for caller_answer in found
    )
    return found if decides else ()
