"""The service accounts of the input, and whom a principal names.

A principal is the SPIFFE ID without its scheme (pkg/spiffe/spiffe.go and
pilot/pkg/security/authz/model/generator.go, Istio 1.31): ``trust-domain/ns/namespace/sa/account``.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.mesh.core.known_objects import KnownObjects
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import (
    KubernetesGateway,
    Resource,
    ServiceAccount,
    ServiceEntry,
    Workload,
    WorkloadEntry,
)

_PARTS = 5


class Principal(NamedTuple):
    """The parts of a principal; any of them may hold wildcards."""

    trust_domain: str
    namespace: str
    account: str

    def __str__(self) -> str:
        return f"{self.trust_domain}/ns/{self.namespace}/sa/{self.account}"


def parse_principal(text: str) -> Principal | None:
    """Read ``domain/ns/namespace/sa/account``; ``None`` for any other form."""
    parts = text.split("/")
    if len(parts) != _PARTS or (parts[1], parts[3]) != ("ns", "sa"):
        return None
    return Principal(parts[0], parts[2], parts[4]) if all(parts) else None


class ServiceAccounts:
    """The service accounts of the input, by namespace."""

    def __init__(
        self, resources: Iterable[Resource], config: MeshConfig, knows: KnownObjects
    ) -> None:
        self._known: dict[str, set[str]] = {}
        self._knows = knows
        for resource in resources:
            for account in _accounts(resource):
                if account:
                    self._known.setdefault(resource.namespace, set()).add(account)
        self._domains = _trust_domains(config)
        self._own_domain = config.trust_domain

    def exists(self, namespace: str, account: str) -> bool | None:
        """Is there such a service account? ``None`` when the input can't tell.

        ``default`` always exists.
        """
        if account == "default" or account in self._known.get(namespace, ()):
            return True
        return False if self._knows.all_of("ServiceAccount", namespace) else None

    def of_account(self, namespace: str, account: str) -> Principal:
        """The principal of a service account of this mesh."""
        return Principal(self._own_domain, namespace, account)

    def of_workload(self, workload: Workload) -> Principal:
        """The principal of the pods of a workload of this mesh."""
        return self.of_account(workload.namespace, workload.service_account or "default")

    def trusts(self, domain: str) -> bool | None:
        """Does the mesh accept certificates of a trust domain? ``None`` when it isn't known."""
        if self._domains is None:
            return None
        return domain in self._domains

    def in_namespace(self, namespace: str) -> frozenset[str]:
        """The service accounts of a namespace that the input has."""
        return frozenset(self._known.get(namespace, ()))


def _accounts(resource: Resource) -> Iterator[str]:
    """The service accounts that an object declares or runs as."""
    if isinstance(resource, ServiceAccount):
        yield resource.name
    elif isinstance(resource, Workload):
        yield resource.service_account
    elif isinstance(resource, KubernetesGateway):
        # istiod makes one for the pods it deploys (controllers/gateway, deploymentcontroller.go).
        yield resource.name
        yield f"{resource.name}-{resource.class_name}"
    elif isinstance(resource, WorkloadEntry):
        yield resource.spec.text("serviceAccount")
    elif isinstance(resource, ServiceEntry):
        for endpoint in resource.endpoints:
            yield endpoint.service_account


def _trust_domains(config: MeshConfig) -> frozenset[str] | None:
    """All trust domains of the mesh; none are known without a MeshConfig."""
    if not config.is_known:
        return None
    aliases = config.raw.get("trustDomainAliases")
    more = aliases if isinstance(aliases, list) else []
    # "cluster.local" always stands for the mesh's own domain in policies.
    names = ("cluster.local", config.trust_domain, *more)
    return frozenset(name for name in names if isinstance(name, str))
