"""Finds where a request starts: in a pod, at a gateway, or outside the mesh."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from meshctl.errors import UsageError
from meshctl.inspect.targets import find, find_workload
from meshctl.inspect.trace.requests import GATEWAY, OUTSIDE, TracedRequest
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.core.hosts import in_cluster
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkload
from meshctl.mesh.request_path.hops import Carried, Direction, Hop, Outcome
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Workload, make_resource
from meshctl.sources.documents import Document
from meshctl.words import MOST_LISTED, quoted, shortened


def follow(mesh: Mesh, request: TracedRequest, namespace: str) -> Hop:
    """Follow a request from its start; UsageError with near names for a client that isn't there."""
    if request.client == OUTSIDE:
        return _at_gateway(mesh, request, _serving(mesh, request))
    if request.client.startswith(GATEWAY):
        name = request.client.removeprefix(GATEWAY)
        return _at_gateway(mesh, request, _gateway_named(mesh, name, namespace))
    workload = find_workload(mesh, request.client, namespace)
    if is_gateway(workload):
        found = _of_workload(mesh, workload)
        if found is not None:
            return _at_gateway(mesh, request, found)
    listed = mesh.workloads.listed(workload)
    addresses = mesh.request_paths.views.addresses
    called = addresses.resolve(request.host, listed.namespace, request.port)
    if called.is_unresolved:
        return _unresolved(mesh, request, listed)
    return mesh.request_paths.from_workload(listed, carried(request, called.address))


def _unresolved(mesh: Mesh, request: TracedRequest, workload: Workload) -> Hop:
    """A name of the cluster that nothing has: absent, if the input has Services of its namespace."""
    home = in_cluster(request.host, mesh.config.domain)
    namespace = home[1] if home is not None else workload.namespace
    knows = mesh.knows.all_of("Service", namespace)
    outcome = Outcome.UNRESOLVED if knows else Outcome.UNKNOWN
    reason = f"no Service of namespace {namespace} has the name {request.host}"
    if not knows:
        reason = f"the input has no Services of namespace {namespace}, so {request.host} is unknown"
    return Hop(workload, Direction.NONE, outcome, reason=reason)


def carried(request: TracedRequest, address: str) -> Carried:
    """Describe the bytes of a request that goes to an address."""
    http = None
    if request.is_http:
        headers = dict(request.headers)
        host = headers.pop("host", request.authority)
        http = HttpRequest(host, request.method, request.path, headers, request.claims)
    return Carried(
        address, request.port, http, request.scheme == "grpc", request.has_tls,
        request.host if request.has_tls else "", request.source_ip,
    )  # fmt: skip


def _at_gateway(mesh: Mesh, request: TracedRequest, gateway: EffectiveGateway) -> Hop:
    pods = gateway.workload
    target = pods.target(request.port)
    workload = mesh.workloads.listed(pods.workload) if pods.workload else stand_in(pods, mesh)
    paths = mesh.request_paths
    bytes_ = carried(request, paths.views.endpoints.address_of(workload))._replace(port=target)
    return paths.arrive_at_gateway(workload, gateway, bytes_)


def stand_in(pods: GatewayWorkload, mesh: Mesh) -> Workload:
    """Make a pod for a gateway that the input has no pods of, in the namespace of its Service."""
    namespace = pods.namespace or mesh.config.root_namespace
    data: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pods.name.rpartition("/")[2],
            "namespace": namespace,
            "labels": dict(pods.labels),
        },
        "spec": {"containers": [{"name": PROXY_CONTAINER, "args": ["proxy", "router"]}]},
    }
    made = make_resource(Document("(assumed)", 1, "", data), data, (), namespace)
    assert isinstance(made, Workload)  # noqa: S101 - a Pod is one
    return made


def _serving(mesh: Mesh, request: TracedRequest) -> EffectiveGateway:
    """Find the gateway that a client outside reaches by a host: one that serves it on the port."""
    gateways = mesh.gateway_api.gateways
    if not gateways.distinct:
        raise UsageError("the input has no Gateway, so nothing takes requests from outside")
    serving = partial(gateways.serving_gateways, request.host)
    listens = partial(_listens, port=request.port)
    here = serving(lambda gateway: _is_there(gateway) and listens(gateway)) or serving(listens)
    if len(here) > 1:
        some = [f"--from {GATEWAY}{gateway.workload.name}" for gateway in here[:MOST_LISTED]]
        names = shortened(some, MOST_LISTED, len(here))
        raise UsageError(f"several gateways serve {request.authority}; take one of {names}")
    if here and _is_there(here[0]):
        return here[0]
    # A gateway that is there comes before one that nothing runs.
    found = serving(_is_there) or serving()
    several = found or list(filter(listens, gateways.distinct)) or gateways.distinct
    return next(filter(_is_there, several), several[0])


def _is_there(gateway: EffectiveGateway) -> bool:
    """Is its workload there, or will it be? That is the same of those that are sent the same."""
    return gateway.workload.is_known


def _listens(gateway: EffectiveGateway, port: int) -> bool:
    return gateway.workload.target(port) in gateway.ports


def _gateway_named(mesh: Mesh, text: str, namespace: str) -> EffectiveGateway:
    """Find a gateway by the name of its workload or Service, or of a Gateway it is made of."""
    for reading in _readings(text, namespace):
        found = mesh.gateway_api.gateways.called(reading)
        if found is not None:
            return found
    workload = find(mesh.workloads, text, namespace, "gateway")
    found_there = _of_workload(mesh, workload)
    if found_there is None:
        raise UsageError(f"{workload.title} is no gateway; leave out {quoted(GATEWAY)}")
    return found_there


def _readings(text: str, namespace: str) -> Iterator[str]:
    yield text
    name, dot, home = text.rpartition(".")
    if dot:
        yield f"{home}/{name}"
    yield f"{namespace}/{text}"


def _of_workload(mesh: Mesh, workload: Workload) -> EffectiveGateway | None:
    return mesh.gateway_api.gateways.for_workload(mesh.workloads.listed(workload).key_name)
