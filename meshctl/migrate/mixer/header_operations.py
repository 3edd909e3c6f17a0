"""Converts rules that change headers to VirtualServices of the hosts that they are for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshctl.mesh.traffic.delegates import MESH
from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import VIRTUAL_SERVICE
from meshctl.migrate.known import Known
from meshctl.migrate.mixer.expressions import (
    Attribute,
    Condition,
    ExpressionError,
    alternatives,
    operand,
)
from meshctl.migrate.mixer.scopes import ALWAYS, SERVICES, CantSayError
from meshctl.migrate.values import values_of
from meshctl.re2.quoting import quote_meta
from meshctl.resources import Resource, View
from meshctl.resources.view import views

KEYS = {"requestHeaderOperations": "request", "responseHeaderOperations": "response"}
_OPERATIONS = {"REPLACE": "set", "APPEND": "add", "REMOVE": "remove"}
_BY_HAND = "write headers.request or headers.response into the VirtualService of the host"


def convert_headers(rule: Resource, draft: Draft, known: Known) -> None:
    """Convert the operations of a rule, if it has any."""
    if not any(rule.spec.has(key) for key in KEYS):
        return
    try:
        headers = _headers(rule)
        several = alternatives(rule.spec.text("match"))
        hosts = {_host(one, rule, known) for one in several}
        if len(hosts) != 1:
            raise CantSayError("the match is for several hosts", _BY_HAND)  # noqa: TRY301
        [host] = hosts
        matches = [_match(one) for one in several]
    except (CantSayError, ExpressionError) as error:
        what, instead = (*error.args, _BY_HAND)[:2]
        draft.lost(
            f"the operations on headers can't be said: {what}", rule.spec.at(), instead=instead
        )
        return
    taken = _taken(host, known)
    if taken is not None:
        draft.lost(f"{taken.title} routes {host} already", rule.spec.at(),
                   instead=f"write headers into its rules: {headers}")  # fmt: skip
        return
    if host in known.routed:
        draft.lost(f"another rule becomes the VirtualService of {host}", rule.spec.at(),
                   instead=f"write headers into its rules: {headers}")  # fmt: skip
        return
    known.routed.add(host)
    to = {"route": [{"destination": {"host": host}}]}
    rules: list[Mapping[str, Any]] = [{"headers": headers, **to}]
    if all(matches):
        rules = [{"match": matches, "headers": headers, **to}, to]
    draft.make(VIRTUAL_SERVICE, rule.name, {"hosts": [host], "http": rules})
    draft.near(
        "the sidecars of clients change the headers, and gateways don't", rule.spec.at(),
        instead="write the same into the VirtualServices of gateways",
    )  # fmt: skip


def _headers(rule: Resource) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, side in KEYS.items():
        for view in views(rule.spec, key, View):
            name = view.text("name")
            operation = _OPERATIONS.get(view.text("operation", "REPLACE"))
            if not name or operation is None:
                raise CantSayError("an operation needs a name, and one of REPLACE, APPEND, REMOVE",
                                   _BY_HAND)  # fmt: skip
            if operation == "remove":
                found.setdefault(side, {}).setdefault("remove", []).append(name)
            else:
                text = ",".join(_literal(one) for one in values_of(view, "values"))
                found.setdefault(side, {}).setdefault(operation, {})[name] = text
    return found


def _literal(expression: str) -> str:
    value = operand(expression)
    if isinstance(value, Attribute):
        raise CantSayError(f"the value {expression} is known at run time alone",
                           "let the application or a Wasm extension set it")  # fmt: skip
    return value


def _host(conditions: Iterable[Condition], rule: Resource, known: Known) -> str:
    named = [one for one in conditions if one.attribute in SERVICES]
    if len(named) != 1 or named[0].kind != "is" or named[0].is_negated:
        raise CantSayError("the match names no host", _BY_HAND)
    parts = known.parts(named[0].value, rule.namespace)
    return known.host(*parts) if parts is not None else named[0].value


def _match(conditions: Sequence[Condition]) -> dict[str, Any]:
    """Write one alternative as a match of an http rule, without the host."""
    found: dict[str, Any] = {}
    for one in conditions:
        if one.attribute in SERVICES or (one.attribute, one.value) in ALWAYS:
            continue
        is_presence = one.is_negated and one.kind == "is" and not one.value
        if one.is_negated and not (is_presence and one.attribute == "request.headers"):
            raise CantSayError(f"{one.shown} is asked to be another", _BY_HAND)
        match one.attribute:
            case "request.path" | "request.url_path":
                found["uri"] = _text(one)
            case "request.method" if one.kind == "is":
                found["method"] = _text(one)
            case "request.headers" if one.key:
                text = {} if is_presence else _text(one)
                found.setdefault("headers", {})[one.key.lower()] = text
            case "source.namespace" if one.kind == "is":
                found["sourceNamespace"] = one.value
            case "source.labels" if one.kind == "is":
                found.setdefault("sourceLabels", {})[one.key] = one.value
            case _:
                raise CantSayError(f"a VirtualService can't match {one.shown}", _BY_HAND)
    return found


def _text(one: Condition) -> dict[str, str]:
    if one.kind == "suffix":
        return {"regex": f".*{quote_meta(one.value)}"}
    return {"exact" if one.kind == "is" else one.kind: one.value}


def _taken(host: str, known: Known) -> Resource | None:
    """Find what routes a host in the mesh, or is about to."""
    routes = known.mesh.traffic.routes
    for service in routes.naming(MESH):
        if any(routes.full_name(one, service.namespace) == host for one in service.hosts):
            return service
    name = host.partition(".")[0]
    for rule in known.of_kind("config.istio.io", "RouteRule"):
        if name in {rule.spec.child("destination").text(key).partition(".")[0]
                    for key in ("name", "service")}:  # fmt: skip
            return rule
    return None
