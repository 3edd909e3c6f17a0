"""What clients of a small mesh with objects of the Gateway API get: connections at gateways, and those of pods.

Shared by the properties that take clauses out of routes, listeners, policies and grants.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from gateway_meshes import pods, thing

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.core import covers
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.request_path.route_choice import choose_route

GROUP = "gateway.networking.k8s.io/v1"
REFUSED = "refused"
"""What a listener does that Envoy doesn't take, since two of its chains ask for the same."""

Answers = dict[tuple[Any, ...], Any]


def door(*listeners: dict[str, Any], name: str = "shop/door") -> Any:
    spec = {"gatewayClassName": "istio", "listeners": list(listeners)}
    return thing("Gateway", name, spec, group=GROUP)


def listener(
    name: str, port: int, protocol: str, hostname: str = "", **more: Any
) -> dict[str, Any]:
    hosts = {"hostname": hostname} if hostname else {}
    return {"name": name, "port": port, "protocol": protocol, **hosts, **more}


def service(name: str, *ports: int, prefix: str = "http") -> Any:
    own = name.rpartition("/")[2]
    several = [{"name": f"{prefix}-{port}", "port": port} for port in ports]
    return thing("Service", name, {"selector": {"app": own}, "ports": several}, group="v1")


def client(name: str) -> Any:
    return pods(name, {"app": name.rpartition("/")[2], "sidecar.istio.io/inject": "true"})


def namespace(name: str, **labels: str) -> Any:
    return thing("Namespace", f"/{name}", None, group="v1", labels=labels)


def manifest(kind: str, home: str, name: str, spec: Any, age: int) -> Any:
    """An object that an example writes; ``age`` is its second of creation."""
    created = f"2026-01-01T00:00:{age:02}Z"
    metadata = {"name": name, "namespace": home, "creationTimestamp": created}
    return {"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": spec}


def to_door(**more: Any) -> dict[str, Any]:
    """A parent reference to the Gateway `door`."""
    return {"name": "door", "namespace": "shop", **more}


def to_service(home: str, name: str, **more: Any) -> dict[str, Any]:
    """A parent reference to a Service."""
    return {"group": "", "kind": "Service", "name": name, "namespace": home, **more}


def connections(one: Mesh, names: Iterable[str]) -> Answers:
    """Where a connection goes that asks for a name, by gateway workload, port and name; empty for no TLS."""
    return {
        (effective.workload.name, each.port, name): REFUSED
        if each.duplicate_sni
        else _met(each, name)
        for effective in one.merged_gateways
        for each in effective.listeners
        for name in names
    }


def _met(one: Any, name: str) -> Any:
    named = [(len(sni), chain) for chain in one.chains for sni in chain.sni if covers(sni, name)]
    rest = [(-1, chain) for chain in one.chains if not chain.sni]
    best = max([*named, *rest], key=lambda each: each[0], default=None)
    if best is None:
        return None
    tls = best[1].server.server.tls.data
    return tls, best[1].route_config, [to[:4] for to in best[1].targets]


def requests(one: Mesh, asked: Iterable[HttpRequest]) -> Answers:
    """The virtual host and the destinations of requests, by gateway workload, route table and request."""
    several = list(asked)
    return {
        (effective.workload.name, name, number): _way(hosts, request)
        for effective in one.merged_gateways
        for name, hosts in effective.route_configs.items()
        for number, request in enumerate(several)
    }


def _way(hosts: tuple[VirtualHost, ...], request: HttpRequest) -> Any:
    domains = [(name, one) for one in hosts for name in one.domains if covers(name, request.host)]
    for name, host in sorted(domains, key=lambda one: -len(one[0]))[:1]:
        return name, _followed(host.routes, request)
    return "", None


def of_clients(one: Mesh, host: str, port: int, asked: Iterable[HttpRequest]) -> Answers:
    """Where the requests of pods to a host and port go, by pod and request."""
    several, found = list(asked), {}
    for workload in one.workloads:
        table = one.sidecar_routes.find(one.sidecar_scope.client(workload), host, port)
        for number, request in enumerate(several):
            routes = table.routes if table is not None else []
            found[workload.key_name, host, port, number] = host, _followed(routes, request)
    return found


def _followed(routes: Any, request: HttpRequest) -> Any:
    """What is done with a request: the action of the rule that takes it, without names."""
    chosen = choose_route(routes, request, "http")
    if chosen is None:
        return None
    found = {
        key: value
        for key, value in chosen.route.rule.action.data.items()
        if key not in {"name", "match"}
    }
    if "redirect" not in found and "directResponse" not in found:
        return found
    response = found.get("headers", {}).get("response")
    return {key: found.get(key) for key in _OF_ANSWERS} | {"response": response}


_OF_ANSWERS = ("redirect", "directResponse", "corsPolicy")
"""What counts where a proxy answers by itself, beside headers of the response: nothing is sent on."""


def of_sidecars(one: Mesh, ports: Iterable[int]) -> Answers:
    """The filter chains of pods on ports: what each takes, and where that goes."""
    return {
        (workload.key_name, each.name, chain.sni, chain.cidrs): [to[:4] for to in chain.targets]
        for workload, port in product(one.workloads, ports)
        for each in one.request_paths.views.view_of(workload).listeners.on(port)
        for chain in each.chains
    }


def entries(manifests: Any, *path: str) -> Iterator[tuple[int, tuple[str | int, ...], int]]:
    """Walk the entries of a list in each manifest: its number, the path of an entry, how many there are."""
    for number, one in enumerate(manifests):
        yield from ((number, *each) for each in _below(one, (), path))


def _below(
    value: Any, above: tuple[str | int, ...], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str | int, ...], int]]:
    first, *rest = path
    several = value.get(first, ())
    if isinstance(several, dict):
        yield from _below(several, (*above, first), tuple(rest))
        return
    for at, each in enumerate(several):
        if rest:
            yield from _below(each, (*above, first, at), tuple(rest))
        else:
            yield (*above, first, at), len(several)


def said_of_all(one: Any, number: int) -> bool:
    """Is something said of all parents, all host names, or all rules of a route, so that the rest does nothing?"""
    spec = one.manifests[number]["spec"]
    told = [said.clause.path for said in one.said if said.clause.number == number]
    return any(
        all(any(path[1:3] in {(key,), (key, at)} for path in told) for at in range(len(spec[key])))
        for key in ("parentRefs", "hostnames", "rules")
        if spec.get(key)
    )
