"""Which headers does a request have after a route has set, added and removed some?"""

from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import View

_NOT_HEADERS = frozenset({"host", ":authority"})


def sent_on(route: EffectiveRoute, http: HttpRequest) -> HttpRequest:
    """Apply the ``headers`` of a route, and of its destination if there is just one."""
    action = route.rule.action
    blocks = [route.rule.saying("headers").child("headers").child("request")]
    if len(action.routes) == 1:
        blocks.append(action.routes[0].child("headers").child("request"))
    headers = dict(http.headers)
    for block in blocks:
        _apply(block, headers)
    return http._replace(headers=headers)


def _apply(block: View, headers: dict[str, str]) -> None:
    for name in block.texts("remove"):
        headers.pop(name.lower(), None)
    for name, value in block.labels_of("set").items():
        if name.lower() not in _NOT_HEADERS:
            headers[name.lower()] = value
    for name, value in block.labels_of("add").items():
        lower = name.lower()
        if lower not in _NOT_HEADERS:
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
