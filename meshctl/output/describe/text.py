"""Writes a description as text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from meshctl.inspect.describe.wording import indented, listed, ported, title, where
from meshctl.inspect.injection.explanation import sentence
from meshctl.output.describe.gateway import gateway_lines, serving_lines
from meshctl.output.describe.policies import (
    authorization_lines,
    mode_lines,
    policy_lines,
)

Form = Mapping[str, Any]


def lines(form: Form) -> Iterator[str]:
    """Write a description line by line, its sections apart, the findings last."""
    if "pod" in form:
        sections = _pod(form)
    elif "service" in form:
        sections = _service_and_workloads(form)
    else:
        sections = iter([list(gateway_lines(form))])
    ends = list(_not_shown(form["not_shown"])), list(_findings(form["findings"]))
    for number, section in enumerate([*sections, *ends]):
        yield from ("",) if number and section else ()
        yield from section


def _pod(form: Form) -> Iterator[list[str]]:
    yield list(_head(form))
    for service in form["services"]:
        yield list(_service(service, form))
    if not form["services"]:
        yield ["Services: none selects it"]
    yield list(policy_lines(form))
    if "serves" in form:
        yield list(serving_lines(form["serves"]))


def _head(form: Form) -> Iterator[str]:
    yield title(form["pod"])
    if form["controller"]:
        yield f"  made by {title(form['controller'])}"
    revision = f", revision {form['revision']}" if form["revision"] else ""
    yield f"  proxy: {form['proxy']}{' (a gateway)' if form['is_gateway'] else ''}{revision}"
    yield from indented(sentence(form["injection"]).partition(": ")[2].splitlines())
    yield f"  service account: {form['service_account']}"
    ports = (f"{port['number']}{_named(port)} ({port['container']})" for port in form["ports"])
    yield f"  ports: {', '.join(ports) or 'none declared'}"
    if form["not_ready"]:
        yield f"  NOT READY: {', '.join(form['not_ready'])}"


def _service_and_workloads(form: Form) -> Iterator[list[str]]:
    yield list(_service(form["service"], form))
    found = ["Workloads behind it:"]
    for workload in form["workloads"]:
        found.append(f"  {title(workload)}, proxy: {workload['proxy']}")
        found += indented(indented(mode_lines(workload)))
    yield found if form["workloads"] else ["Workloads behind it: the input has none"]


def _service(service: Form, form: Form) -> Iterator[str]:
    yield f"{title(service)}, {service['host']}, {service['type']}"
    for port in service["ports"]:
        name = f" {port['name']}" if port["name"] else ""
        yield (
            f"  port {port['number']}{name}: {port['protocol']}, by {port['chosen_by']}; "
            f"{_target(port)}{where(port)}"
        )
    yield from indented(_rule(service, form))
    yield from indented(_sent(service["client_tls"]))
    for each_service in service["virtual_services"]:
        yield from indented(_routes(each_service, service))
    if service["route_in_mesh"]:
        yield f"  {title(service['route_in_mesh'])} attaches to it, so clients follow that"
    for each_service in service["exposed"]:
        yield from indented(_exposed(each_service))
    yield from indented(_waypoint(service["waypoint"]))


def _target(port: Form) -> str:
    if port["pod_ports"]:
        return f"pod port {', '.join(map(str, port['pod_ports']))}"
    unnamed = ", which the pods don't name" if port["has_pods"] else ""
    return f"target port {port['target']}{unnamed}"


def _rule(service: Form, form: Form) -> Iterator[str]:
    rule = service["destination_rule"]
    if rule is None:
        yield "DestinationRule: none"
        return
    names = ", ".join(title(each_object) for each_object in rule["objects"])
    doubt = "" if rule["order_known"] else " (another order of creation may change it)"
    yield f"{names} for {rule['host']}{doubt}"
    yield f"  traffic policy: {', '.join(rule['policy']) or 'none'}"
    own = _own_name(form)
    for subset in rule["subsets"]:
        members = subset["workloads"]
        if own is not None:
            state = "this pod is in it" if own in members else "not this pod"
        else:
            state = listed(members) or "selects no workload of the input"
        policy = f"; policy: {', '.join(subset['policy'])}" if subset["policy"] else ""
        yield f"  subset {subset['name']}: {state}{policy}{where(subset)}"


def _own_name(form: Form) -> str | None:
    if "pod" not in form:
        return None
    own = form["controller"] or form["pod"]
    return f"{own['namespace']}/{own['name']}"


def _sent(sent: Sequence[Form]) -> Iterator[str]:
    """Say what clients send, ports with the same together; of subsets what differs."""
    whole = {item["port"]: _how(item) for item in sent if item["subset"] is None}
    by_how: dict[str, list[str]] = {}
    for entry in sent:
        how = _how(entry)
        if entry["subset"] is None:
            by_how.setdefault(how, []).append(f"port {entry['port']}")
        elif how != whole.get(entry["port"]):
            by_how.setdefault(how, []).append(f"port {entry['port']} of subset {entry['subset']}")
    for how, places in by_how.items():
        yield f"sidecars beside it send to {listed(places)}: {how}"


def _how(item: Form) -> str:
    by = f", {title(item['decided_by'])}" if item["decided_by"] else ""
    return f"{item['tls']} ({item['reason']}){by}"


def _routes(item: Form, service: Form) -> Iterator[str]:
    at = ", ".join(item["gateways"])
    used = "" if item["is_for_sidecars"] or "mesh" not in item["gateways"] else ", another host"
    yield f"{title(item)} at {at}{used}, hosts {', '.join(item['hosts'])}"
    for route in item["routes"]:
        marks = [f"DEAD: {route['dead']}"] if route["dead"] else []
        if not route["hits"]:
            marks.append("another host")
        elif route["reaches"] is False:
            marks.append("not this pod")
        does = route["does"].replace(service["host"], service["name"])
        mark = f" [{'; '.join(marks)}]" if marks else ""
        yield f"  {route['match']} -> {does}{mark}{where(route)}"


def _exposed(item: Form) -> Iterator[str]:
    scheme = {"HTTPS": "https", "HTTP": "http", "HTTP2": "http", "GRPC": "http"}.get(
        item["protocol"], item["protocol"].lower()
    )
    ports = item["outside_ports"] or [item["port"]]
    hosts = ", ".join(ported(scheme, host, port) for host in item["hosts"] for port in ports)
    yield f"exposed as {hosts} by {title(item['gateway'])}"
    places = [*item["addresses"], *(f"node port {number}" for number in item["node_ports"])]
    entrance = ", ".join(places) or "address unknown"
    if not item["is_open"]:
        entrance = f"none, as no Service leads to port {item['port']}"
    yield f"  entrance: {entrance}" + (f" ({item['workload']})" if item["workload"] else "")
    if item["redirects_to_https"]:
        yield "  every request is redirected to HTTPS"
    by_service: dict[str, list[str]] = {}
    for route in item["routes"]:
        subset = f" -> subset {route['subset']}" if route["subset"] else ""
        by_service.setdefault(title(route["virtual_service"]), []).append(
            f"{route['match']}{subset}"
        )
    for name, matches in by_service.items():
        yield f"  {name}: {'; '.join(matches)}"


def _waypoint(waypoint: Form | None) -> Iterator[str]:
    if waypoint is None:
        return
    if waypoint["name"]:
        known = "" if waypoint["gateway"] else " (not in the input)"
        yield f"waypoint {waypoint['name']}{known}"
    else:
        yield "no waypoint, so policies that name it in targetRefs are enforced nowhere:"
    if waypoint["authorization"]["policies"]:
        yield from indented(authorization_lines(waypoint["authorization"]))


def _not_shown(kinds: Sequence[str]) -> Iterator[str]:
    if kinds:
        yield f"Not shown by the cluster, so not considered: {', '.join(kinds)}"


def _findings(found: Iterable[Form]) -> Iterator[str]:
    several = list(found)
    if several:
        yield "Findings about these objects:"
    for item in several:
        place = where(item).strip()
        name = f"{item['kind']} {item['namespace']}/{item['name']}"
        yield f"  {item['severity']} [{item['rule']}] {name} {place}".rstrip()
        yield f"    {item['message']}"


def _named(port: Form) -> str:
    return f" {port['name']}" if port["name"] else ""
