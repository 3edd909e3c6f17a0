"""Chooses what requests ask for, so that the matches and rules of an object take some of them."""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, KubernetesRoute, Resource, View, VirtualService
from meshctl.resources.view import views

_METHODS = ("GET", "POST")


class Shape:
    """What a request asks for, apart from who sends it and where: method, path, headers."""

    def __init__(self, method: str = "GET", path: str = "/", **headers: str) -> None:
        self.method = method
        self.path = path
        self.headers = headers


PLAIN = Shape()


def shapes_of(mesh: Mesh, virtual_service: VirtualService) -> Iterator[Shape]:
    """Walk requests that its matches take, and one that asks for nothing."""
    yield PLAIN
    for alternative in mesh.traffic.route_matches.of(virtual_service):
        request = alternative.request
        headers = {name: _text(match) for name, match in request.headers.items()}
        query = "&".join(f"{name}={_text(match)}" for name, match in request.query_params.items())
        path = alternative.sample or "/"
        method = _text(request.method) if request.method is not None else "GET"
        made = Shape(method, f"{path}?{query}" if query else path)
        made.headers = headers
        yield made
        if request.path.kind == "prefix":
            longer = Shape(method, f"{path.rstrip('/')}/x")
            longer.headers = headers
            yield longer


def kubernetes_shapes(route: KubernetesRoute) -> Iterator[Shape]:
    """Walk requests that the matches of a route of the Gateway API take."""
    yield PLAIN
    for rule in route.rules:
        for match in views(rule, "matches", View):
            path = match.child("path").text("value") or "/"
            made = Shape(match.text("method") or "GET", path if path[0] == "/" else "/")
            made.headers = {
                each.text("name"): each.text("value") for each in views(match, "headers", View)
            }
            query = "&".join(
                f"{each.text('name')}={each.text('value')}"
                for each in views(match, "queryParams", View)
            )
            made.path += f"?{query}" if query else ""
            yield made


def _text(match: object) -> str:
    found = match.simplified().value if hasattr(match, "simplified") else ""
    kind = getattr(match, "kind", "any")
    return str(found) if kind in {"exact", "prefix"} and found else "1"


def rule_shapes(resource: Resource) -> Iterator[Shape]:
    """Walk requests that the rules of a policy speak of."""
    yield PLAIN
    for operation in resource.operations if isinstance(resource, AuthorizationPolicy) else ():
        paths = [*operation.texts("paths"), *operation.texts("notPaths")] or ["/"]
        methods = [*operation.texts("methods"), *operation.texts("notMethods")] or _METHODS
        for path in paths:
            for method in methods:
                plain = path.replace("{**}", "x").replace("{*}", "x").replace("*", "x")
                yield Shape(method.replace("*", "") or "GET", f"/{plain.lstrip('/')}")
