"""Describes the JSON of ``routes`` as JSON Schema."""

from meshctl.inspect.shown import Place
from meshctl.output.json_schema import DRAFT, Schema, array, by_name, closed, described

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_TEXTS = array(_TEXT)
_PLACE: Schema = {"$ref": "#/$defs/Place"}


def routes_schema() -> Schema:
    """Describe what ``routes`` writes: one gateway workload, one host, or several of one of them."""
    known: dict[str, Schema] = {}
    described(Place, known)
    gateways, hosts = by_name(_part("gateway")), array(_part("host"))
    definitions = {**known, **_gateway_parts(), **_route_parts(), **_host_parts()}
    return {
        "$schema": DRAFT,
        "title": "meshctl routes -o json",
        "anyOf": [
            _part("gateway"), _part("host"), _part("client"), closed(gateways=gateways),
            closed(hosts=hosts),
        ],
        "$defs": dict(sorted(definitions.items())),
    }  # fmt: skip


def _part(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _gateway_parts() -> dict[str, Schema]:
    """Describe a gateway workload: what it listens on, its routes, what became of its servers."""
    tls = closed(cert=_TEXTS, requireClientCert=_FLAG, optional={"validation": _TEXT})
    by_http, by_tcp = (
        closed(**{kind: what}, optional={"sni": _TEXTS, "tls": tls, "sni_cluster": {"const": True}})
        for kind, what in (("http", _TEXT), ("tcp", array(_part("upstream"))))
    )
    return {
        "gateway": closed(
            listeners=array(_part("listener")), routes=by_name(array(_part("virtual_host"))),
            servers_effect=by_name(_FLAG), never_routes=array(_TEXTS),
            duplicate_sni=by_name(_TEXTS), servers=array(_part("server")),
        ),
        "listener": closed(name=_TEXT, address=_TEXT, chains=array(_part("chain"))),
        "chain": {"anyOf": [by_http, by_tcp]},
        "virtual_host": closed(
            name=_TEXT, domains=_TEXTS, routes=array(_part("route")), order_known=_FLAG,
            optional={"requireTls": {"const": "ALL"}},
        ),
        "server": closed(
            server=_TEXT, effect=_FLAG, target_port=_NUMBER, reason=_TEXT, location=_PLACE
        ),
    }  # fmt: skip


def _host_parts() -> dict[str, Schema]:
    """Describe the routes of a host, and those that one client has for it."""
    table = closed(
        port=_NUMBER, domain=_TEXT, virtual_service={"type": ["string", "null"]},
        rest={"enum": ["host", "routes", "404"]},
    )  # fmt: skip
    routes = closed(routes=by_name(array(_part("virtual_host"))))
    return {
        "host": closed(host=_TEXT, gateways=by_name(routes), mesh=array(_part("route"))),
        "client": closed(**{
            "host": _TEXT, "from": _TEXT, "gateways": by_name(routes),
            "mesh": array(_part("client_route")), "tables": array(table),
        }),
    }  # fmt: skip


def _route_parts() -> dict[str, Schema]:
    """Describe a route: match, action, settings; one of a client names the port too."""
    own = {"vs": _TEXT, "name": _TEXT, "match": _part("match"), "location": _PLACE, "reason": _TEXT}
    rewrites = {"prefixRewrite": _TEXT, "regexRewrite": closed(regex=_TEXT, to=_TEXT)}
    actions = [
        ({"to": array(_part("upstream"))}, rewrites),
        ({"redirect": _part("redirect")}, {}),
        ({"directResponse": {"type": ["integer", "null"]}}, {}),
    ]

    def route(**more: Schema) -> Schema:
        forms = (
            closed(**more, **own, **action, optional={**_settings(), **extra})
            for action, extra in actions
        )
        return {"anyOf": list(forms)}

    return {
        "route": route(),
        "client_route": route(port=_NUMBER),
        "match": _match(),
        "condition": _condition(),
        "upstream": closed(host=_TEXT, port=_NUMBER, optional={
            "subset": _TEXT, "weight": _NUMBER,
        }),
        "redirect": closed(optional={
            "schemeRedirect": _TEXT, "hostRedirect": _TEXT, "portRedirect": _NUMBER,
            "pathRedirect": _TEXT, "prefixRewrite": _TEXT, "responseCode": _TEXT,
        }),
    }  # fmt: skip


def _match() -> Schema:
    """Describe a match: exactly one kind of path, perhaps headers and parameters."""
    conditions = {"headers": array(_part("condition")), "query": array(_part("condition"))}
    kinds = ("exact", "prefix", "pathPrefix", "regex")
    return {
        "anyOf": [
            closed(**{kind: _TEXT}, optional={"caseSensitive": _FLAG, **conditions})
            for kind in kinds
        ]
    }


def _condition() -> Schema:
    """Describe what is asked of a header or parameter; its value is as it was written."""
    more = {"invert": {"const": True}, "treatMissingAsEmpty": {"const": True}}
    return {
        "anyOf": [
            closed(name=_TEXT, **{kind: {}}, optional=more)
            for kind in ("exact", "prefix", "regex", "present")
        ]
    }


def _settings() -> dict[str, Schema]:
    """Describe what else may happen on a route."""
    headers = closed(optional={"set": by_name(_TEXT), "add": by_name(_TEXT), "remove": _TEXTS})
    retries = closed(attempts=_NUMBER, on=_TEXT, optional={
        "statusCodes": array(_NUMBER), "perTry": _TEXT, "backoff": _TEXT,
    })  # fmt: skip
    mirror = closed(host=_TEXT, port={"type": ["integer", "null"]}, percent={"type": "number"})
    percent: Schema = {"type": "number"}
    abort = closed(percent=percent, status=_NUMBER, optional={"grpcStatus": _TEXT})
    delay = closed(percent=percent, duration=_TEXT)
    return {
        "hostRewrite": _TEXT,
        "timeout": _TEXT,
        "retries": {"anyOf": [{"const": 0}, retries]},
        "mirrors": array(mirror),
        "requestHeaders": headers,
        "responseHeaders": headers,
        "cors": {"type": "object"},
        "fault": closed(optional={"abort": abort, "delay": delay}),
    }
