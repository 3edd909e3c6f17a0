"""Writes a description for people."""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.inspect.describe import Description, FindingAnswer
from meshctl.inspect.describe.exposure import Exposure
from meshctl.inspect.describe.pod import ContainerPort, PodAnswer
from meshctl.inspect.describe.service import (
    HostAnswer,
    PortAnswer,
    SentTls,
    ServiceAnswer,
    WaypointAnswer,
)
from meshctl.inspect.describe.virtual_services import LeadingService
from meshctl.output.describe.callers import caller_lines
from meshctl.output.describe.gateway import gateway_lines, serving_lines
from meshctl.output.describe.policies import authorization_lines, mode_lines, policy_lines
from meshctl.output.describe.wording import indented, listed, ported, title, where
from meshctl.output.injection.write import sentence


def lines(form: Description) -> Iterator[str]:
    """Write a description line by line, its sections apart, the findings last."""
    subject = form.subject
    if isinstance(subject, PodAnswer):
        sections = _pod(subject)
    elif isinstance(subject, ServiceAnswer):
        sections = _service_and_workloads(subject)
    else:
        sections = iter([list(gateway_lines(subject))])
    ends = list(_not_shown(form.not_shown)), list(_findings(form.findings))
    for number, section in enumerate([*sections, *ends]):
        yield from ("",) if number and section else ()
        yield from section


def _pod(form: PodAnswer) -> Iterator[list[str]]:
    yield list(_head(form))
    for service in form.services:
        yield list(_service(service, form))
    if not form.services:
        yield ["Services: none selects it"]
    yield list(policy_lines(form))
    if form.serves is not None:
        yield list(serving_lines(form.serves))


def _head(form: PodAnswer) -> Iterator[str]:
    yield title(form.pod)
    if form.controller:
        yield f"  made by {title(form.controller)}"
    revision = f", revision {form.revision}" if form.revision else ""
    yield f"  proxy: {form.proxy}{' (a gateway)' if form.is_gateway else ''}{revision}"
    yield from indented(sentence(form.injection).partition(": ")[2].splitlines())
    yield f"  service account: {form.service_account}"
    ports = (f"{port.number}{_named(port)} ({port.container})" for port in form.ports)
    yield f"  ports: {', '.join(ports) or 'none declared'}"
    if form.not_ready:
        yield f"  NOT READY: {', '.join(form.not_ready)}"


def _service_and_workloads(form: ServiceAnswer) -> Iterator[list[str]]:
    yield list(_service(form.service, None))
    found = ["Workloads behind it:"]
    for workload in form.workloads:
        found.append(f"  {title(workload)}, proxy: {workload.proxy}")
        found += indented(indented(mode_lines(workload.proxy, workload.peer_authentication)))
    yield found if form.workloads else ["Workloads behind it: the input has none"]
    yield list(caller_lines(form.callers))


def _service(service: HostAnswer, pod: PodAnswer | None) -> Iterator[str]:
    yield f"{title(service)}, {service.host}, {service.type}"
    for port in service.ports:
        name = f" {port.name}" if port.name else ""
        yield (
            f"  port {port.number}{name}: {port.protocol}, by {port.chosen_by}; "
            f"{_target(port)}{where(port.location)}"
        )
    yield from indented(_rule(service, pod))
    yield from indented(_sent(service.client_tls))
    for virtual_service in service.virtual_services:
        yield from indented(_routes(virtual_service, service))
    if service.route_in_mesh:
        yield f"  {title(service.route_in_mesh)} attaches to it, so clients follow that"
    for entrance in service.exposed:
        yield from indented(_exposed(entrance))
    yield from indented(_waypoint(service.waypoint))


def _target(port: PortAnswer) -> str:
    if port.pod_ports:
        return f"pod port {', '.join(map(str, port.pod_ports))}"
    unnamed = ", which the pods don't name" if port.has_pods else ""
    return f"target port {port.target}{unnamed}"


def _rule(service: HostAnswer, pod: PodAnswer | None) -> Iterator[str]:
    rule = service.destination_rule
    if rule is None:
        yield "DestinationRule: none"
        return
    names = ", ".join(title(named) for named in rule.objects)
    doubt = "" if rule.order_known else " (another order of creation may change it)"
    yield f"{names} for {rule.host}{doubt}"
    yield f"  traffic policy: {', '.join(rule.policy) or 'none'}"
    own = _own_name(pod)
    for subset in rule.subsets:
        members = subset.workloads
        if own is not None:
            state = "this pod is in it" if own in members else "not this pod"
        else:
            state = listed(members) or "selects no workload of the input"
        policy = f"; policy: {', '.join(subset.policy)}" if subset.policy else ""
        yield f"  subset {subset.name}: {state}{policy}{where(subset.location)}"


def _own_name(pod: PodAnswer | None) -> str | None:
    if pod is None:
        return None
    own = pod.controller or pod.pod
    return f"{own.namespace}/{own.name}"


def _sent(sent: Sequence[SentTls]) -> Iterator[str]:
    """Say what clients send, ports with the same together; of subsets what differs."""
    whole = {sent_tls.port: _how(sent_tls) for sent_tls in sent if sent_tls.subset is None}
    by_how: dict[str, list[str]] = {}
    for sent_tls in sent:
        how = _how(sent_tls)
        if sent_tls.subset is None:
            by_how.setdefault(how, []).append(f"port {sent_tls.port}")
        elif how != whole.get(sent_tls.port):
            by_how.setdefault(how, []).append(f"port {sent_tls.port} of subset {sent_tls.subset}")
    for how, places in by_how.items():
        yield f"sidecars beside it send to {listed(places)}: {how}"


def _how(sent_tls: SentTls) -> str:
    by = f", {title(sent_tls.decided_by)}" if sent_tls.decided_by else ""
    return f"{sent_tls.tls} ({sent_tls.reason}){by}"


def _routes(leading_service: LeadingService, service: HostAnswer) -> Iterator[str]:
    at = ", ".join(leading_service.gateways)
    used = (
        ""
        if leading_service.is_for_sidecars or "mesh" not in leading_service.gateways
        else ", another host"
    )
    yield f"{title(leading_service)} at {at}{used}, hosts {', '.join(leading_service.hosts)}"
    for route in leading_service.routes:
        marks = [f"DEAD: {route.dead}"] if route.dead else []
        if not route.hits:
            marks.append("another host")
        elif route.reaches is False:
            marks.append("not this pod")
        does = route.does.replace(service.host, service.name)
        mark = f" [{'; '.join(marks)}]" if marks else ""
        yield f"  {route.match} -> {does}{mark}{where(route.location)}"


def _exposed(exposure: Exposure) -> Iterator[str]:
    scheme = {"HTTPS": "https", "HTTP": "http", "HTTP2": "http", "GRPC": "http"}.get(
        exposure.protocol, exposure.protocol.lower()
    )
    ports = exposure.outside_ports or (exposure.port,)
    hosts = ", ".join(ported(scheme, host, port) for host in exposure.hosts for port in ports)
    yield f"exposed as {hosts} by {title(exposure.gateway)}"
    places = [*exposure.addresses, *(f"node port {number}" for number in exposure.node_ports)]
    entrance = ", ".join(places) or "address unknown"
    if not exposure.is_open:
        entrance = f"none, as no Service leads to port {exposure.port}"
    yield f"  entrance: {entrance}" + (f" ({exposure.workload})" if exposure.workload else "")
    if exposure.redirects_to_https:
        yield "  every request is redirected to HTTPS"
    by_service: dict[str, list[str]] = {}
    for route in exposure.routes:
        subset = f" -> subset {route.subset}" if route.subset else ""
        by_service.setdefault(title(route.virtual_service), []).append(f"{route.match}{subset}")
    for name, matches in by_service.items():
        yield f"  {name}: {'; '.join(matches)}"


def _waypoint(waypoint: WaypointAnswer | None) -> Iterator[str]:
    if waypoint is None:
        return
    if waypoint.name:
        known = "" if waypoint.gateway else " (not in the input)"
        passed = f", passed by {' and '.join(waypoint.passed_by)}" if waypoint.passed_by else ""
        refused = f", not used: {waypoint.refused}" if waypoint.refused else ""
        yield f"waypoint {waypoint.name}{known}{passed}{refused}"
    else:
        yield "no waypoint, so policies that name it in targetRefs are enforced nowhere:"
    if waypoint.authorization.policies:
        yield from indented(authorization_lines(waypoint.authorization))


def _not_shown(kinds: Sequence[str]) -> Iterator[str]:
    if kinds:
        yield f"Not shown by the cluster, so not considered: {', '.join(kinds)}"


def _findings(found: Iterable[FindingAnswer]) -> Iterator[str]:
    several = list(found)
    if several:
        yield "Findings about these objects:"
    for finding_answer in several:
        place = where(finding_answer.location).strip()
        name = f"{finding_answer.kind} {finding_answer.namespace}/{finding_answer.name}"
        yield f"  {finding_answer.severity} [{finding_answer.rule}] {name} {place}".rstrip()
        yield f"    {finding_answer.message}"


def _named(port: ContainerPort) -> str:
    return f" {port.name}" if port.name else ""
