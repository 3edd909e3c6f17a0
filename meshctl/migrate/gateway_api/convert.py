"""Converts Gateways and VirtualServices to the Gateway API, those together that depend on another.

What cannot be said there stays as it is, and so does all that has to stay beside it: a listener with
TLS has one owner, and the VirtualServices of one host and gateway are one table of routes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.traffic.delegates import MESH
from meshctl.migrate.drafts import Draft, Names
from meshctl.migrate.gateway_api import l4_routes, listeners
from meshctl.migrate.gateway_api.asked import CantSayError
from meshctl.migrate.gateway_api.backends import Backends
from meshctl.migrate.gateway_api.http_routes import HttpUnit, ServicePlan
from meshctl.migrate.gateway_api.listeners import GatewayPlan, gateway_spec
from meshctl.migrate.gateway_api.points import Points
from meshctl.migrate.kinds import HTTP_ROUTE, KUBERNETES_GATEWAY, TCP_ROUTE, TLS_ROUTE, Kind
from meshctl.migrate.known import Known
from meshctl.migrate.versions import newest
from meshctl.resources import Gateway, Resource, Server, VirtualService

_KINDS: dict[str, Kind] = {"HTTPRoute": HTTP_ROUTE, "TLSRoute": TLS_ROUTE, "TCPRoute": TCP_ROUTE}
Several = Sequence[tuple[Resource, Draft]]


def convert(several: Several, known: Known, names: Names, *, is_strict: bool) -> None:
    """Convert all Gateways and VirtualServices; strictly, without prefixes of another meaning."""
    gateways = [
        listeners.plan(resource, draft, names, known)
        for resource, draft in several if isinstance(resource, Gateway)
    ]  # fmt: skip
    services = [
        ServicePlan(resource, draft) for resource, draft in several
        if isinstance(resource, VirtualService) and resource.hosts
    ]  # fmt: skip
    backends = Backends(known, names)
    conversion = _Conversion(gateways, services, backends, is_strict=is_strict)
    conversion.plan()
    conversion.settle()
    conversion.write()
    for resource, draft in several:
        if isinstance(resource, VirtualService) and not resource.hosts:
            conversion.delegate(resource, draft)


class _Conversion:
    """Plans, then settles what stays, then writes."""

    def __init__(
        self, gateways: Sequence[GatewayPlan], services: Sequence[ServicePlan], backends: Backends,
        *, is_strict: bool,
    ) -> None:  # fmt: skip
        known = backends.known
        self._by_host = IdentityCache(_by_host)  # a Gateway has many VirtualServices
        self._gateways: dict[str, GatewayPlan] = {}
        for gateway in gateways:
            first = self._gateways.setdefault(gateway.full_name, gateway)
            if first is not gateway:
                gateway.draft.lost(f"{gateway.gateway.title} is in the input already",
                               instead="migrate them one by one, if they are alternatives")  # fmt: skip
                gateway.draft.keep(newest(gateway.gateway))
        self._services, self._known, self._backends = services, known, backends
        self._routes = known.mesh.traffic.routes
        self._is_strict = is_strict
        self._points = Points(self._gateways, known)
        self._of = {service.service: service for service in services}

    def plan(self) -> None:
        """Make candidates for every VirtualService."""
        units: dict[tuple[frozenset[str], frozenset[str]], list[ServicePlan]] = {}
        for plan in self._services:
            try:
                if plan.service.http:
                    plan.points = self._points.of_http(plan)
                    key = self._hosts(plan), frozenset(self._routes.gateways_of(plan.service))
                    units.setdefault(key, []).append(plan)
                l4_routes.convert(plan, self._points.listeners(plan), self._backends)
            except CantSayError as error:
                _lose([plan], error)
        self._refuse_shared(units)
        rules = {
            plan.service: self._routes.delegates.rules(plan.service) for plan in self._services
        }
        for plans in units.values():
            left = sorted(
                (plan for plan in plans if not plan.stays),
                key=lambda service_plan: service_plan.service.name,
            )
            if len(left) < len(plans) or not left:
                continue
            self._unit(left, rules)

    def _unit(self, plans: Sequence[ServicePlan], rules: Any) -> None:
        broken = [b for plan in plans for b in self._routes.delegates.broken(plan.service)]
        if broken:
            text = f"a delegate can't be followed: {broken[0].reason.value}"
            _lose(plans, CantSayError(text, "add the delegate to the input, or correct it"))
            return
        try:
            if not plans[0].points:
                for plan in plans:
                    plan.draft.exact("no server takes its hosts, so that it did nothing",
                                     plan.service.spec.at("hosts"))  # fmt: skip
                return
            HttpUnit(plans, rules, self._backends, is_strict=self._is_strict).convert()
        except CantSayError as error:
            _lose(plans, error)

    def _hosts(self, plan: ServicePlan) -> frozenset[str]:
        home = plan.service.namespace
        return frozenset(self._routes.full_name(host, home) for host in plan.service.hosts)

    def _tables(self, plan: ServicePlan) -> set[tuple[str, str]]:
        """The tables of routes that it is part of: a gateway (or the mesh) and a host."""
        gateways = self._routes.gateways_of(plan.service)
        return {(gateway, host) for gateway in gateways for host in self._hosts(plan)}

    def _refuse_shared(self, units: Any) -> None:
        """Let stay what shares a table with others in a way that one order can't say."""
        seen: dict[tuple[str, str], list[ServicePlan]] = {}
        for plans in units.values():
            for table in sorted(self._tables(plans[0])):
                seen.setdefault(table, []).append(plans[0])
            if len(plans) > 1 and MESH in self._routes.gateways_of(plans[0].service):
                _lose(plans, CantSayError(
                    "several VirtualServices are for one host in the mesh, where the oldest alone "
                    "counts", "keep one of them"))  # fmt: skip
        for (_, host), plans in seen.items():
            if len(plans) > 1:
                _lose(plans, CantSayError(
                    f"several VirtualServices route {host} at one gateway, with other hosts or "
                    "gateways beside", "give them the same hosts and gateways"))  # fmt: skip

    def settle(self) -> None:
        """Let everything stay that depends on what stays."""
        is_settled = False
        while not is_settled:
            is_settled = True
            held: dict[tuple[str, str], ServicePlan] = {}
            for plan in self._services:
                if plan.stays:
                    is_settled &= self._hold_servers(plan)
                    held.update(dict.fromkeys(self._tables(plan), plan))
            for plan in self._services:
                if not plan.stays and self._must_stay(plan, held):
                    is_settled = False

    def _servers(self, plan: ServicePlan) -> Iterable[tuple[GatewayPlan, Server]]:
        """Walk the servers that take a host of a VirtualService."""
        hosts = self._hosts(plan)
        for name in self._routes.gateways_of(plan.service):
            gateway = self._gateways.get(name)
            if gateway is not None:
                index, servers = self._by_host.of(gateway.gateway), gateway.gateway.servers
                numbers = set[int]().union(*map(index.meeting, hosts))
                yield from ((gateway, servers[number]) for number in sorted(numbers))

    def _hold_servers(self, plan: ServicePlan) -> bool:
        """Keep the servers with TLS of one that stays; true where all were kept already."""
        is_settled = True
        for gateway, server in self._servers(plan):
            if server.protocol in {"HTTP", "HTTP2", "GRPC"} or server.index in gateway.staying:
                continue
            gateway.staying.add(server.index)
            gateway.draft.lost(
                f"the server of port {server.port} stays, since {plan.service.title} needs it",
                server.at(), instead="see what is said there",
            )  # fmt: skip
            is_settled = False
        return is_settled

    def _must_stay(self, plan: ServicePlan, held: Mapping[tuple[str, str], ServicePlan]) -> bool:
        for gateway, server in self._servers(plan):
            if server.index in gateway.staying:
                _lose([plan], CantSayError(
                    f"a server of {gateway.gateway.title} that it needs stays",
                    "see what is said there"))  # fmt: skip
                return True
        for table in sorted(self._tables(plan)):
            if table in held:
                _lose([plan], CantSayError(
                    f"{held[table].service.title} stays, which routes the same host",
                    "see what is said there"))  # fmt: skip
                return True
        return False

    def write(self) -> None:
        """Write everything that goes, and keep the rest."""
        held, used = self._users(is_staying=True), self._users(is_staying=False)
        for gateway in self._gateways.values():
            _write_gateway(gateway, held, used, self._known.domain)
        for plan in self._services:
            if not plan.stays and not plan.service.routes:
                plan.draft.exact("it has no rules, so that nothing takes its place")
                plan.draft.keep(newest(plan.service))
            elif plan.stays:
                plan.draft.forget_differences()
                plan.draft.keep(newest(plan.service))
            else:
                for candidate in plan.candidates:
                    plan.draft.make(
                        _KINDS[candidate.kind],
                        f"{plan.service.name}{candidate.suffix}",
                        candidate.spec,
                    )
                self._backends.write(plan.draft, plan.needs)

    def _users(self, *, is_staying: bool) -> set[tuple[int, int]]:
        """The servers that VirtualServices which stay, or go, need."""
        return {
            (id(gateway), server.index)
            for plan in self._services if plan.stays is is_staying
            for gateway, server in self._servers(plan)
        }  # fmt: skip

    def delegate(self, service: VirtualService, draft: Draft) -> None:
        """Say what becomes of a VirtualService without hosts."""
        roots = [
            self._of[virtual_service]
            for virtual_service in self._routes.delegates.roots(service)
            if virtual_service in self._of
        ]
        if not roots or any(root.stays for root in roots):
            draft.keep(newest(service))
            if not roots:
                draft.lost("no VirtualService in the input delegates to it",
                           instead="add the one that does to the input")  # fmt: skip
            return
        for root in roots:
            draft.share(root.draft.made)
        draft.exact(f"its rules are in what becomes of {roots[0].service.title}")


def _by_host(gateway: Gateway) -> HostIndex[int]:
    """File the servers of a Gateway, by their place in it, under their hosts."""
    index: HostIndex[int] = HostIndex()
    for number, server in enumerate(gateway.servers):
        for written in server.hosts:
            index.add(written.rpartition("/")[2], number)
    return index


def _lose(plans: Iterable[ServicePlan], error: CantSayError) -> None:
    for plan in plans:
        plan.stays = True
        plan.draft.lost(error.args[0], plan.service.spec.at(), instead=error.args[1])


def _write_gateway(
    plan: GatewayPlan, held: set[tuple[int, int]], used: set[tuple[int, int]], domain: str
) -> None:
    """Write the listeners that routes need, and keep the servers that VirtualServices need."""
    draft, gateway = plan.draft, plan.gateway
    places = ((id(plan), server.index) for server in gateway.servers)
    alone = {place[1] for place in places if place in held and place not in used}
    plan.listeners = [
        listener for listener in plan.listeners if listener.server.index not in plan.staying | alone
    ]
    moved = {listener.server.index for listener in plan.listeners}
    kept = []
    for server in gateway.servers:
        is_held = (id(plan), server.index) in held
        if is_held and server.index in moved:
            draft.exact(
                f"the server of port {server.port} stays beside, for what stays", server.at()
            )
        elif is_held and server.index not in plan.staying:
            draft.lost(f"the server of port {server.port} stays, since all of its VirtualServices do",
                       server.at(), instead="see what is said there")  # fmt: skip
        if is_held or server.index in plan.staying:
            kept.append(dict(server.data))
    if len(kept) == len(gateway.servers) and not moved:
        draft.forget_differences()
    if kept:
        new = newest(gateway)
        draft.keep({**new, "spec": {**new["spec"], "servers": kept}})
    for namespace, name in plan.names.items():
        own = [listener for listener in plan.listeners if listener.namespace == namespace]
        if not own:
            continue
        spec = gateway_spec(plan, namespace, domain)
        draft.place(KUBERNETES_GATEWAY, name, spec, namespace=namespace)
        redirects = [rule for rule in own if rule.is_redirect]
        if redirects:
            draft.make(HTTP_ROUTE, f"{name}-to-https", _redirect(redirects), namespace=namespace)


def _redirect(several: Iterable[listeners.Listener]) -> dict[str, Any]:
    """Write the route that sends all plain requests to HTTPS."""
    redirect = {"scheme": "https", "statusCode": 301}
    return {
        "parentRefs": [
            {"name": listener.gateway, "sectionName": listener.name} for listener in several
        ],
        "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}],
    }
