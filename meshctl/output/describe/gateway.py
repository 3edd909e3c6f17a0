"""Writes the servers of a described gateway as text."""

from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.inspect.describe.wording import indented, many, title, where
from meshctl.output.describe.policies import authorization_lines

Form = Mapping[str, Any]


def gateway_lines(form: Form) -> Iterator[str]:
    """Write a Gateway of either kind, or what a gateway workload serves."""
    if "serves" in form:
        yield from serving_lines(form["serves"])
    elif "listeners" in form:
        yield from _kubernetes(form)
    else:
        labels = ", ".join(f"{key}={value}" for key, value in form["selector"].items())
        yield f"{title(form['gateway'])}, selector {labels or 'empty: every workload'}"
        yield from _servers(form)
        for workload in form["workloads"]:
            yield from _workload(workload)
        if not form["workloads"]:
            yield "  no workload or Service of the input has these labels"
        yield from _services(form)


def serving_lines(serves: Form) -> Iterator[str]:
    """Write what one gateway workload serves, of all Gateways that select it."""
    yield f"Serves as gateway {serves['name']}:"
    for gateway in serves["gateways"]:
        yield f"  {title(gateway)}"
    yield from _servers(serves)
    yield from _workload(serves)


def _servers(form: Form) -> Iterator[str]:
    for server in form["servers"]:
        tls = f" TLS {server['tls']}" if server["tls"] else ""
        redirect = ", redirects to HTTPS" if server["redirects_to_https"] else ""
        yield (
            f"  server {server['port']} {server['protocol']}{tls}, hosts "
            f"{', '.join(server['hosts'])}{redirect}{where(server)}"
        )
        for certificate in server["certificates"]:
            state = {True: "found", False: "MISSING", None: "not in the input"}[
                certificate["found"]
            ]
            homes = (
                f" of {', '.join(certificate['namespaces'])}" if certificate["namespaces"] else ""
            )
            yield f"    certificate {certificate['name']}{homes}: {state}"
        for fate in server["fates"]:
            yield f"    on {fate['workload']}, pod port {fate['pod_port']}: {fate['reason']}"


def _workload(item: Form) -> Iterator[str]:
    name = title(item["object"]) if item["object"] else item["name"]
    proxy = f", proxy {item['proxy']}" if item["proxy"] else ""
    yield f"  workload {name}{proxy}"
    for service in item["services"]:
        addresses = ", ".join(service["addresses"]) or "address unknown"
        yield f"    {title(service)}: {addresses}"
    for listener in item["listeners"]:
        closed = "" if listener["is_open"] else ", no Service leads to it"
        yield f"    listens on {listener['address']}{closed}"
        for sni in listener["duplicate_sni"]:
            yield f"      CONFLICT: several chains for SNI {sni or '(none)'}; Envoy refuses it"


def _services(form: Form) -> Iterator[str]:
    for service in form["virtual_services"]:
        counts = [
            many(number, f"{kind} route") for kind, number in service["routes"].items() if number
        ]
        bound = f"servers {', '.join(map(str, service['servers']))}"
        state = bound if service["servers"] else "no server takes its hosts"
        hosts = ", ".join(service["hosts"])
        yield f"  {title(service)}, hosts {hosts}: {state}, {', '.join(counts) or 'no routes'}"
    if not form["virtual_services"]:
        yield "  no VirtualService of the input names it"


def _kubernetes(form: Form) -> Iterator[str]:
    waypoint = ", a waypoint" if form["is_waypoint"] else ""
    yield f"{title(form['gateway'])}, class {form['class']}{waypoint}"
    for listener in form["listeners"]:
        secrets = (
            f", certificates {', '.join(listener['certificates'])}"
            if listener["certificates"]
            else ""
        )
        yield (
            f"  listener {listener['listener']}: {listener['port']} {listener['protocol']}, host {listener['host']}, "
            f"routes from {listener['routes_from']}{secrets}{where(listener)}"
        )
    for route in form["routes"]:
        hosts = ", ".join(route["hosts"]) or "those of the listeners"
        admitted = {"yes": "", "no": ", REFUSED", "unknown": ", admission unknown"}
        yield (
            f"  {title(route)}, hosts {hosts}, listeners {', '.join(route['listeners']) or 'none'}"
            f"{admitted[route['admitted']]}"
        )
    if form["authorization"]["policies"]:
        yield from indented(authorization_lines(form["authorization"]))
