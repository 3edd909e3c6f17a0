"""Writes the servers of a gateway for people."""

from collections.abc import Iterator

from meshctl.inspect.describe.gateway import (
    GatewayAnswer,
    GatewayWorkloadAnswer,
    KubernetesGatewayAnswer,
    ServerAnswer,
    ServingWorkload,
    StatusCondition,
)
from meshctl.output.describe.policies import authorization_lines
from meshctl.output.describe.wording import indented, many, title, where


def gateway_lines(
    form: GatewayAnswer | KubernetesGatewayAnswer | ServingWorkload,
) -> Iterator[str]:
    """Write a Gateway of either kind, or what a gateway workload serves."""
    if isinstance(form, ServingWorkload):
        yield from serving_lines(form)
    elif isinstance(form, KubernetesGatewayAnswer):
        yield from _kubernetes(form)
    else:
        labels = ", ".join(f"{key}={value}" for key, value in form.selector.items())
        yield f"{title(form.gateway)}, selector {labels or 'empty: every workload'}"
        yield from _servers(form.servers)
        for one in form.workloads:
            yield from _workload(one)
        if not form.workloads:
            yield "  no workload or Service of the input has these labels"
        yield from _services(form)


def serving_lines(serves: ServingWorkload) -> Iterator[str]:
    """Write what one gateway workload serves, of all Gateways that select it."""
    yield f"Serves as gateway {serves.name}:"
    for one in serves.gateways:
        yield f"  {title(one)}"
    yield from _servers(serves.servers)
    yield from _workload(serves)


def _servers(servers: tuple[ServerAnswer, ...]) -> Iterator[str]:
    for server in servers:
        tls = f" TLS {server.tls}" if server.tls else ""
        redirect = ", redirects to HTTPS" if server.redirects_to_https else ""
        yield (
            f"  server {server.port} {server.protocol}{tls}, hosts "
            f"{', '.join(server.hosts)}{redirect}{where(server.location)}"
        )
        for one in server.certificates:
            state = {True: "found", False: "MISSING", None: "not in the input"}[one.found]
            homes = f" of {', '.join(one.namespaces)}" if one.namespaces else ""
            yield f"    certificate {one.name}{homes}: {state}"
        for fate in server.fates:
            yield f"    on {fate.workload}, pod port {fate.pod_port}: {fate.reason}"


def _workload(one: GatewayWorkloadAnswer) -> Iterator[str]:
    name = title(one.object) if one.object else one.name
    proxy = f", proxy {one.proxy}" if one.proxy else ""
    yield f"  workload {name}{proxy}"
    for service in one.services:
        addresses = ", ".join(service.addresses) or "address unknown"
        yield f"    {title(service)}: {addresses}"
    for listener in one.listeners:
        closed = "" if listener.is_open else ", no Service leads to it"
        yield f"    listens on {listener.address}{closed}"
        for sni in listener.duplicate_sni:
            yield f"      CONFLICT: several chains for SNI {sni or '(none)'}; Envoy refuses it"


def _services(form: GatewayAnswer) -> Iterator[str]:
    for one in form.virtual_services:
        counts = [many(number, f"{kind} route") for kind, number in one.routes.items() if number]
        bound = f"servers {', '.join(map(str, one.servers))}"
        state = bound if one.servers else "no server takes its hosts"
        hosts = ", ".join(one.hosts)
        yield f"  {title(one)}, hosts {hosts}: {state}, {', '.join(counts) or 'no routes'}"
    if not form.virtual_services:
        yield "  no VirtualService of the input names it"


def _conditions(conditions: tuple[StatusCondition, ...], indent: str) -> Iterator[str]:
    """Write conditions: those that are as they should be on one line, each other one with why."""
    good = [
        condition.type for condition in conditions if condition.status != _bad_status(condition)
    ]
    if good:
        yield f"{indent}conditions: {', '.join(_state(condition) for condition in conditions if condition.type in good)}"
    for one in conditions:
        if one.type not in good:
            why = f": {one.message}" if one.message else ""
            yield f"{indent}{one.type} {one.status} ({one.reason}){why}"


def _bad_status(one: StatusCondition) -> str:
    return "True" if one.type == "Conflicted" else "False"


def _state(one: StatusCondition) -> str:
    return f"not {one.type}" if one.status == "False" else one.type


def _kubernetes(form: KubernetesGatewayAnswer) -> Iterator[str]:
    waypoint = ", a waypoint" if form.is_waypoint else ""
    yield f"{title(form.gateway)}, class {form.class_}{waypoint}"
    yield from _conditions(form.conditions, "  ")
    for one in form.listeners:
        secrets = f", certificates {', '.join(one.certificates)}" if one.certificates else ""
        yield (
            f"  listener {one.listener}: {one.port} {one.protocol}, host {one.host}, "
            f"routes from {one.routes_from}{secrets}{where(one.location)}"
        )
        yield from _conditions(one.conditions, "    ")
        for name in one.routes:
            yield f"    attached: {name}"
    for route in form.routes:
        hosts = ", ".join(route.hosts) or "those of the listeners"
        admitted = {"yes": "", "no": ", REFUSED", "unknown": ", admission unknown"}
        yield (
            f"  {title(route)}, hosts {hosts}, listeners {', '.join(route.listeners) or 'none'}"
            f"{admitted[route.admitted]}"
        )
        yield from _conditions(route.conditions, "    ")
    if form.authorization.policies:
        yield from indented(authorization_lines(form.authorization))
