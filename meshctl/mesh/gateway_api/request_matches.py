"""Converts matches of HTTPRoutes and GRPCRoutes to matches of a VirtualService.

Mirrors createURIMatch, createGRPCURIMatch and their like (pilot/pkg/config/kube/gateway/
conversion.go, Istio 1.31), with the defaults of the CRDs.
"""

from typing import Any

from meshctl.resources import View


def http_match(match: View) -> dict[str, Any]:
    """Convert a match of an HTTPRoute; one without a path takes all of them."""
    path = match.child("path")
    text = path.text("value") if path.has("value") else "/"
    match path.text("type", "PathPrefix"):
        case "Exact":
            uri = {"exact": text}
        case "RegularExpression":
            uri = {"regex": text}
        case _:
            uri = {"prefix": text if text == "/" else text.removesuffix("/")}
    found: dict[str, Any] = {"uri": uri}
    for key in ("headers", "queryParams"):
        conditions = _conditions(match, key)
        if conditions:
            found[key] = conditions
    if match.has("method"):
        found["method"] = {"exact": match.text("method")}
    return found


def grpc_match(match: View) -> dict[str, Any]:
    """Convert a match of a GRPCRoute: service and method are the parts of the path."""
    found: dict[str, Any] = {}
    if match.has("method"):
        found["uri"] = _grpc_path(match.child("method"))
    conditions = _conditions(match, "headers")
    if conditions:
        found["headers"] = conditions
    return found


def _grpc_path(method: View) -> dict[str, str]:
    service, name = method.text("service"), method.text("method")
    if not method.has("service"):
        return {"regex": f"/[^/]+/{name}"}
    if method.text("type", "Exact") == "RegularExpression":
        return {"regex": f"/{service}/{name if method.has('method') else '.+'}"}
    if not method.has("method"):
        return {"prefix": f"/{service}/"}
    return {"exact": f"/{service}/{name}"}


def _conditions(match: View, key: str) -> dict[str, dict[str, str]]:
    """Collect conditions by name; of two for one name the last counts."""
    found = {}
    for index, data in match.items(key):
        view = View(match.resource, (*match.path, key, index), data)
        is_regex = view.text("type", "Exact") == "RegularExpression"
        found[view.text("name")] = {"regex" if is_regex else "exact": view.text("value")}
    return found
