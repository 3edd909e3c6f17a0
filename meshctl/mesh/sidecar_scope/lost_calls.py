"""The calls of workloads to names that mean nobody to them.

A short name is completed with the caller's namespace by the pod's search path; a Service that isn't
exported to that namespace has no upstream there; and with REGISTRY_ONLY only declared hosts and ports
have one (buildDefaultTrafficPolicy, pilot/pkg/networking/util/util.go, Istio 1.31).
"""

from collections.abc import Collection, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from meshctl.istio.names import DNS_CAPTURE
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import in_cluster
from meshctl.mesh.core.injector_config import is_settings, values_of
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.registry.service_entries import captures_dns
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls, addresses_in, urls_in
from meshctl.mesh.sidecar_scope.scope import REGISTRY_ONLY, SidecarScopes
from meshctl.mesh.workloads.container_args import WrittenUrl, has_proxy, is_address_alone, is_called
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.resources import ConfigMap, IstioOperator, Service, ServiceEntry, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views
from meshctl.spelling import CloseNames
from meshctl.words import all_of, whole_number

_OWN = frozenset({"localhost", "kubernetes"})
"""Names that every pod knows: itself, and the API server's Service, which nobody writes."""
_SYSTEM = "kube-"
_LONGEST_TLD = 3
"""Longer ends such as ``info`` are rare, and no slip away from a namespace."""


class Obstacle(Enum):
    """What keeps a call from its host."""

    MISSING = auto()
    ELSEWHERE = auto()
    HIDDEN = auto()
    UNDECLARED = auto()
    UNRESOLVED = auto()
    NO_POD = auto()


class LostCall(NamedTuple):
    """A call that reaches nobody: the URL, why, the name in full, and what there is instead.

    ``is_sure`` says that the URL is surely called, and that the call fails.
    """

    url: WrittenUrl
    obstacle: Obstacle
    full: str
    known: tuple[str, ...] = ()
    service: Service | None = None
    is_sure: bool = False

    def said(self, home: str) -> str:
        """Say in words what keeps a caller of a namespace from the host."""
        known = all_of(self.known)
        if self.obstacle is Obstacle.HIDDEN:
            return f"{self.full} is exported to {known} alone, not to {home}"
        if self.obstacle is Obstacle.ELSEWHERE:
            return f"there is no Service {self.full}; the Service of that name is in {known}"
        if self.obstacle is Obstacle.NO_POD:
            return f"the StatefulSet has no such pod, only {' to '.join(self.known)}"
        if self.obstacle is Obstacle.UNRESOLVED:
            return "a ServiceEntry alone declares it, which makes no DNS name"
        if self.obstacle is Obstacle.MISSING:
            return f"there is no Service {self.full}"
        port = f" on port {self.url.port}" if known else ""
        there = f", only {known}" if known else ""
        return f"nothing declares it{port}{there}, and REGISTRY_ONLY refuses the call"


_Key = tuple[str, int | None]


class _Suspects(NamedTuple):
    """URLs and addresses of a ConfigMap that may mean nobody, and what all of its URLs name."""

    urls: Sequence[WrittenUrl]
    addresses: Sequence[WrittenUrl]
    keys: Collection[_Key]


class LostCalls:
    """Answers for workloads."""

    def __init__(
        self, inventory: Inventory, calls: DeclaredCalls, registry: RegistryFacade,
        workloads: WorkloadsFacade, scopes: SidecarScopes,
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._calls = calls
        self._registry = registry
        self._workloads = workloads
        self._scopes = scopes
        self._suspects = IdentityCache(self._suspects_in)  # many workloads read the same

    def of(self, workload: Workload) -> Iterator[LostCall]:
        """Walk the URLs in a workload's settings that mean nobody, each host and port once."""
        seen = set[_Key]()
        maps = list(self._calls.config_maps(workload))
        suspects = [one for config_map in maps for one in self._suspects.of(config_map).urls]
        for url in (*urls_in(workload), *suspects):
            if (url.host, url.port) in seen or url.host.replace(".", "").isdecimal():
                continue
            seen.add((url.host, url.port))
            found = self._judged(workload, url)
            if found is not None:
                yield found
        yield from self._lost_addresses(workload, maps, seen)

    def _lost_addresses(
        self, workload: Workload, maps: Sequence[ConfigMap], seen: set[_Key]
    ) -> Iterator[LostCall]:
        """Walk what is written as ``host:port`` and reaches nobody, but for what URLs name as well."""
        others = [one for config_map in maps for one in self._suspects.of(config_map).addresses]
        for url in (*self._suspicious(workload), *others):
            key = url.host, url.port
            if key in seen or any(key in self._suspects.of(one).keys for one in maps):
                continue
            seen.add(key)
            lost = self._missing_pod(url, workload.namespace) or self._undeclared(workload, url)
            if lost is not None:
                is_sure = lost.obstacle is Obstacle.NO_POD or self._is_surely_caught(workload)
                yield lost._replace(is_sure=is_sure)

    def _suspicious(self, text: Workload | ConfigMap) -> Iterator[WrittenUrl]:
        """Walk the addresses of pods that aren't there, and of lists one of which a ServiceEntry declares.

        That one shows that the others, such as further brokers, are called as well.
        """
        home = text.namespace
        written = [url for url in addresses_in(text) if "." in url.host]
        lists = {url.place for url in written if self._is_outside(url.host, home)}
        for url in written:
            is_listed = url.port and url.place in lists and is_address_alone(url)
            if is_listed or self._missing_pod(url, home) is not None:
                yield url

    def _is_outside(self, host: str, home: str) -> bool:
        found = self._registry.find(host, home)
        return found is not None and isinstance(found.source, ServiceEntry)

    def _suspects_in(self, config_map: ConfigMap) -> "_Suspects":
        """Find what calls of a ConfigMap may get lost, whoever of its namespace reads it."""
        home = config_map.namespace
        first: dict[_Key, WrittenUrl] = {}
        for url in urls_in(config_map):
            first.setdefault((url.host, url.port), url)
        urls = [url for url in first.values() if not self._is_surely_found(url, home)]
        return _Suspects(urls, [*self._suspicious(config_map)], first.keys())

    def _is_surely_found(self, url: WrittenUrl, home: str) -> bool:
        """Does a name of a ConfigMap mean somebody to all who read it, with and without a sidecar?"""
        full = self._registry.unshortened(url.host, home)
        services = self._registry.services_at(full)
        if services:
            is_visible = any(is_visible_to(visible, home) for _, visible in services)
            return is_visible and not services[0][0].external_name
        if self._missing_pod(url, home) is not None:
            return False
        if "." not in url.host:
            return True  # it may be a part of another program
        found = self._registry.find(url.host, home)
        is_declared = found is not None and (url.port is None or found.port(url.port) is not None)
        return is_declared and self._meant(url.host) is None

    def _judged(self, workload: Workload, url: WrittenUrl) -> LostCall | None:
        home = workload.namespace
        full = self._registry.unshortened(url.host, home)
        services = self._registry.services_at(full)
        pod = self._missing_pod(url, home) if not services else None
        if pod is not None or (not services and self._calls.service(url.host, home) is not None):
            return pod  # a pod of a headless Service has its own domain there
        alias = services[0][0].external_name if services else ""
        inside = in_cluster(alias, self._inventory.config.domain)
        if inside is not None and not self._registry.services_at(alias):
            return self._missing(url, *inside)
        if services:
            beside = self._workloads.membership(workload) is Membership.SIDECAR
            if not beside or any(is_visible_to(visible, home) for _, visible in services):
                return None
            homes = tuple(sorted({space for _, visible in services for space in visible}))
            closed = self._is_closed(workload)
            return LostCall(url, Obstacle.HIDDEN, full, homes, services[0][0], closed)
        if "." in url.host and self._registry.find(url.host, home) is None:
            inside = self._in_cluster(url.host)
            if inside is not None:
                return self._missing(url, *inside)
        meant = self._meant(url.host)
        if meant is not None:
            return LostCall(url, Obstacle.ELSEWHERE, url.host, (meant[1],), is_sure=True)
        if "." in url.host:
            return self._undeclared(workload, url)
        is_own = url.place.resource is workload  # other texts name parts of other programs
        if not is_own or url.host in set(_own_names(workload)):
            return None
        if self._registry.has(url.host):
            return self._unresolved(workload, url)
        return self._missing(url, url.host, home)

    def _unresolved(self, workload: Workload, url: WrittenUrl) -> LostCall | None:
        """Judge a name of one word that ServiceEntries alone declare, for what they list the addresses of.

        DNS doesn't know it, unless the sidecar answers (ISTIO_META_DNS_CAPTURE) or the pod has settings of its own.
        """
        declared = self._registry.at(url.host)
        given = [
            registered_host
            for registered_host in declared
            if isinstance(registered_host.source, ServiceEntry)
            and registered_host.source.resolution == "STATIC"
        ]
        captured = captures_dns(self._inventory.config) or any(
            DNS_CAPTURE in text for text in workload.pod_annotations.values()
        )
        is_sidecar = self._workloads.membership(workload) is Membership.SIDECAR
        knows = self._inventory.knows.all_of("Service", workload.namespace)
        if captured or not is_sidecar or not knows or workload.pod_spec.has("dnsConfig"):
            return None
        if not given or len(given) < len(declared):
            return None
        return LostCall(url, Obstacle.UNRESOLVED, url.host, is_sure=True)

    def _missing_pod(self, url: WrittenUrl, home: str) -> LostCall | None:
        """Judge the name of one pod of a StatefulSet, ``pod.service``, by the pods that there are."""
        name, _, rest = url.host.partition(".")
        governing = self._registry.services_at(self._registry.unshortened(rest, home))
        base, _, digits = name.rpartition("-")
        number = whole_number(digits)
        if not governing or number is None:
            return None
        service = governing[0][0]
        for workload in self._inventory.named(Workload, base):
            is_there = workload.namespace == service.namespace and workload in self._workloads
            ordinals = self._workloads.endpoints.ordinals(workload) if is_there else None
            if ordinals is not None and workload.spec.text("serviceName") == service.name:
                if number in ordinals:
                    return None
                pods = (f"{base}-{ordinals[0]}", f"{base}-{ordinals[-1]}")
                return LostCall(
                    url, Obstacle.NO_POD, url.host, tuple(dict.fromkeys(pods)), is_sure=True
                )
        return None

    def _in_cluster(self, host: str) -> tuple[str, str] | None:
        """Split the name of a Service that may be shortened; ``None`` for names outside."""
        domain = self._inventory.config.domain
        if host.endswith(".svc"):
            return in_cluster(f"{host}.{domain}", domain)
        name, _, home = host.partition(".")
        return (name, home) if home in self._namespaces else in_cluster(host, domain)

    def _meant(self, host: str) -> tuple[str, str] | None:
        """Find the Service that ``name.namespace`` means with a slip in the namespace.

        Only in the whole mesh, and where no name on the internet ends so.
        """
        name, _, home = host.partition(".")
        if not self._inventory.is_whole or not home or "." in home or home in self._namespaces:
            return None
        if self._registry.find(host, "") is not None or len(home) <= _LONGEST_TLD:
            return None
        near = self._close_namespaces.only(home)
        domain = self._inventory.config.domain
        is_there = near and self._registry.services_at(f"{name}.{near}.svc.{domain}")
        return (name, near) if near and is_there else None

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        return self._inventory.declared_namespaces | self._registry.namespaces_with_services

    @cached_property
    def _close_namespaces(self) -> CloseNames:
        return CloseNames(sorted(self._namespaces))

    def _missing(self, url: WrittenUrl, name: str, home: str) -> LostCall | None:
        knows = self._inventory.knows.all_of("Service", home)
        if not knows or name in _OWN or home.startswith(_SYSTEM):
            return None
        full = f"{name}.{home}.svc.{self._inventory.config.domain}"
        others = tuple(
            sorted(service.namespace for service in self._inventory.named(Service, name))
        )
        obstacle = Obstacle.ELSEWHERE if others else Obstacle.MISSING
        return LostCall(url, obstacle, full, others, is_sure=bool(others) or "." in url.host)

    def _undeclared(self, workload: Workload, url: WrittenUrl) -> LostCall | None:
        if self._workloads.membership(workload) is not Membership.SIDECAR:
            return None
        if not self._inventory.has_all("ServiceEntry", "Service") or not self._is_closed(workload):
            return None
        if url.port is not None and url.port in TrafficCapture(workload).past_sidecar:
            return None
        found = self._registry.find(url.host, workload.namespace)
        if found is not None and (url.port is None or found.port(url.port) is not None):
            return None
        ports = tuple(str(port.number) for port in found.ports) if found is not None else ()
        is_sure = bool(ports) or self._is_surely_refused(workload, url)
        return LostCall(url, Obstacle.UNDECLARED, url.host, ports, is_sure=is_sure)

    def _is_surely_refused(self, workload: Workload, url: WrittenUrl) -> bool:
        """Is it sure that the pod itself opens a URL, and that its sidecar gets the call?"""
        return self._is_surely_caught(workload) and is_called(url)

    def _is_surely_caught(self, workload: Workload) -> bool:
        """Does the sidecar surely get what the pod sends to addresses outside?"""
        capture = TrafficCapture(workload)
        is_caught = capture.takes_all_addresses(by_default=self._takes_all_addresses)
        return is_caught and not self._inventory.config.doubt and not has_proxy(workload)

    @cached_property
    def _takes_all_addresses(self) -> bool:
        """Do injectors lead calls to all addresses to sidecars, by the values that the input shows?"""
        found = [istio_operator.values for istio_operator in self._inventory.of(IstioOperator)]
        found += [
            values_of(config_map)
            for config_map in self._inventory.of(ConfigMap)
            if is_settings(config_map)
        ]
        settings = [view.child("global", "proxy") for view in found]
        return all(
            view.text("includeIPRanges", "*") == "*" and not view.text("excludeIPRanges")
            for view in settings
        )

    def _is_closed(self, workload: Workload) -> bool:
        sidecar = self._scopes.sidecar_of(workload)
        return self._scopes.outbound_policy(sidecar) == REGISTRY_ONLY


def _own_names(workload: Workload) -> Iterator[str]:
    """Walk the names without a dot that the pods of a workload know by themselves."""
    yield workload.pod_spec.text("hostname") or workload.name
    for alias in views(workload.pod_spec, "hostAliases", View):
        yield from alias.texts("hostnames")
