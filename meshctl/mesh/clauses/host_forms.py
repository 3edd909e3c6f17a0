"""The names by which clients in the mesh call a Service, and those that a policy leaves out.

The resolver completes short names, and HTTP clients send what was written, with the port unless it
is the scheme's own (HostMatcher, pilot/pkg/security/authz/matcher/header.go, Istio 1.31, compares
it in any case of letters).
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.authorization.written_values import takes_host
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import AuthorizationPolicy

_HTTP = 80


class MissingForm(NamedTuple):
    """A name of a Service that a list of hosts lacks; ``place`` is the entry that has another."""

    place: int
    form: str


class HostForms:
    """Answers for the hosts of AuthorizationPolicies."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def missing(self, hosts: Sequence[str], policy: AuthorizationPolicy) -> MissingForm | None:
        """Find a name that isn't among hosts which have another one of the same Service."""
        ports = self._parts.workloads.container_ports
        for workload in self._parts.security.authorization.reached(policy) if hosts else ():
            for declared in () if is_gateway(workload) else ports.hosts(workload):
                names = _names(declared)
                named = [n for n, host in enumerate(hosts) if host.partition(":")[0] in names]
                for form in _forms(declared, names) if named else ():
                    if not any(takes_host(host, form) for host in hosts):
                        return MissingForm(named[0], form)
        return None


def _names(host: RegisteredHost) -> tuple[str, ...]:
    name, home = host.source.name, host.source.namespace
    return name, f"{name}.{home}", f"{name}.{home}.svc", host.host


def _forms(host: RegisteredHost, names: Sequence[str]) -> list[str]:
    """Write the names as a Host, for every port that may speak HTTP."""
    ports = [port.number for port in host.ports if not port.protocol.is_tls]
    return [name if port == _HTTP else f"{name}:{port}" for port in ports for name in names]
