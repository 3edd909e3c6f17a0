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
        for workload in form.workloads:
            yield from _workload(workload)
        if not form.workloads:
            yield "  no workload or Service of the input has these labels"
        yield from _services(form)


def serving_lines(serves: ServingWorkload) -> Iterator[str]:
    """Write what one gateway workload serves, of all Gateways that select it."""
    yield f"Serves as gateway {serves.name}:"
    for gateway in serves.gateways:
        yield f"  {title(gateway)}"
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
        for certificate in server.certificates:
            state = {True: "found", False: "MISSING", None: "not in the input"}[certificate.found]
            homes = f" of {', '.join(certificate.namespaces)}" if certificate.namespaces else ""
            yield f"    certificate {certificate.name}{homes}: {state}"
        for fate in server.fates:
            yield f"    on {fate.workload}, pod port {fate.pod_port}: {fate.reason}"


def _workload(gateway_workload_answer: GatewayWorkloadAnswer) -> Iterator[str]:
    name = (
        title(gateway_workload_answer.object)
        if gateway_workload_answer.object
        else gateway_workload_answer.name
    )
    proxy = f", proxy {gateway_workload_answer.proxy}" if gateway_workload_answer.proxy else ""
    yield f"  workload {name}{proxy}"
    for service in gateway_workload_answer.services:
        addresses = ", ".join(service.addresses) or "address unknown"
        yield f"    {title(service)}: {addresses}"
    for listener in gateway_workload_answer.listeners:
        closed = "" if listener.is_open else ", no Service leads to it"
        yield f"    listens on {listener.address}{closed}"
        for sni in listener.duplicate_sni:
            yield f"      CONFLICT: several chains for SNI {sni or '(none)'}; Envoy refuses it"


def _services(form: GatewayAnswer) -> Iterator[str]:
    for virtual_service in form.virtual_services:
        counts = [
            many(number, f"{kind} route")
            for kind, number in virtual_service.routes.items()
            if number
        ]
        bound = f"servers {', '.join(map(str, virtual_service.servers))}"
        state = bound if virtual_service.servers else "no server takes its hosts"
        hosts = ", ".join(virtual_service.hosts)
        yield f"  {title(virtual_service)}, hosts {hosts}: {state}, {', '.join(counts) or 'no routes'}"
    if not form.virtual_services:
        yield "  no VirtualService of the input names it"


def _conditions(conditions: tuple[StatusCondition, ...], indent: str) -> Iterator[str]:
    """Write conditions: those that are as they should be on one line, each other one with why."""
    good = [
        condition.type for condition in conditions if condition.status != _bad_status(condition)
    ]
    if good:
        yield f"{indent}conditions: {', '.join(_state(condition) for condition in conditions if condition.type in good)}"
    for status_condition in conditions:
        if status_condition.type not in good:
            why = f": {status_condition.message}" if status_condition.message else ""
            yield f"{indent}{status_condition.type} {status_condition.status} ({status_condition.reason}){why}"


def _bad_status(condition: StatusCondition) -> str:
    return "True" if condition.type == "Conflicted" else "False"


def _state(condition: StatusCondition) -> str:
    return f"not {condition.type}" if condition.status == "False" else condition.type


def _kubernetes(form: KubernetesGatewayAnswer) -> Iterator[str]:
    waypoint = ", a waypoint" if form.is_waypoint else ""
    yield f"{title(form.gateway)}, class {form.class_}{waypoint}"
    yield from _conditions(form.conditions, "  ")
    for listener in form.listeners:
        secrets = (
            f", certificates {', '.join(listener.certificates)}" if listener.certificates else ""
        )
        yield (
            f"  listener {listener.listener}: {listener.port} {listener.protocol}, host {listener.host}, "
            f"routes from {listener.routes_from}{secrets}{where(listener.location)}"
        )
        yield from _conditions(listener.conditions, "    ")
        for name in listener.routes:
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
