"""Converts Ingresses that Istio serves to one Gateway and a VirtualService for each host."""

from collections.abc import Sequence
from typing import Any

from meshctl.mesh.gateways import Ingresses
from meshctl.migrate.drafts import Draft
from meshctl.migrate.ingress.paths import PathRule, path_rules, tell_annotations
from meshctl.migrate.kinds import GATEWAY, VIRTUAL_SERVICE
from meshctl.migrate.known import Known
from meshctl.migrate.results import Made
from meshctl.resources import Resource, View
from meshctl.resources.view import views

Several = Sequence[tuple[Resource, Draft]]


def convert(several: Several, known: Known) -> None:
    """Convert all of them: those of one host share its VirtualService, and all one Gateway."""
    ordered = sorted(several, key=lambda pair: _age(pair[0]))
    rules = [
        (rule, draft) for ingress, draft in ordered for rule in path_rules(ingress, draft, known)
    ]
    hosts = list(dict.fromkeys(rule.host for rule, _ in rules))
    if not hosts:
        return
    selection = known.mesh.gateways.ingresses
    gateway = _gateway(ordered, hosts, selection)
    for ingress, draft in several:
        tell_annotations(ingress, draft)
    reference = f"{gateway.namespace}/{gateway.name}" if gateway.namespace else gateway.name
    for host in hosts:
        own = [(rule, draft) for rule, draft in rules if rule.host == host]
        _virtual_service(host, own, reference)


def _age(ingress: Resource) -> tuple[str, str, str]:
    created = ingress.metadata.get("creationTimestamp")
    return str(created or ""), ingress.name, ingress.namespace


def _gateway(several: Several, hosts: Sequence[str], selection: Ingresses) -> Made:
    """Write the Gateway: a server for each certificate, and one for plain HTTP."""
    servers: list[dict[str, Any]] = []
    taken: set[str] = set()
    for ingress, draft in several:
        for view in views(ingress.spec, "tls", View):
            own = [host for host in view.texts("hosts") if host] or ["*"]
            free = [host for host in own if host not in taken]
            for host in own:
                if host in taken:
                    draft.near(f"another Ingress has a certificate for {host}, which comes first",
                               view.at())  # fmt: skip
            if not free:
                continue
            taken.update(free)
            number = len(servers)
            servers.append({
                "port": {"number": 443, "name": f"https-{number}", "protocol": "HTTPS"},
                "hosts": free,
                "tls": {"mode": "SIMPLE", "credentialName": view.text("secretName")},
            })  # fmt: skip
            _tell_secret(ingress, draft, view, selection)
    plain = ["*"] if "*" in hosts else list(hosts)
    servers.append({"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": plain})
    spec = {"selector": selection.selector, "servers": servers}
    (_, first), *others = several
    made = first.make(GATEWAY, "ingress", spec, namespace=selection.namespace)
    for _, draft in others:
        draft.share([made])
    return made


def _tell_secret(ingress: Resource, draft: Draft, view: View, selection: Ingresses) -> None:
    if ingress.namespace != selection.namespace:
        draft.exact(
            f"the gateway reads Secret {view.text('secretName')} in its own namespace "
            f"{selection.namespace}, as it did for the Ingress", view.at("secretName"),
        )  # fmt: skip


def _virtual_service(host: str, own: Sequence[tuple[PathRule, Draft]], gateway: str) -> None:
    routes = []
    for rule, _ in sorted(own, key=lambda pair: pair[0].rank):
        route: dict[str, Any] = {"match": list(rule.matches)} if rule.matches else {}
        routes.append({**route, "route": [{"destination": rule.destination}]})
    first = own[0][1]
    name = host.replace("*", "any")
    spec = {"hosts": [host], "gateways": [gateway], "http": routes}
    made = first.make(VIRTUAL_SERVICE, name, spec)
    for _, draft in own[1:]:
        draft.share([made])
        if draft.resource.namespace != first.resource.namespace:
            draft.near(f"the VirtualService for {host} is in namespace {first.resource.namespace}, "
                       "that of the first Ingress for this host")  # fmt: skip
