"""A rule of a route sets or removes a header that one of its several backends changes as well.

With several backends Envoy does first what each of them says, and then what the rule says: the header has the value
of the rule, or is gone, whatever the backend asked for. With a single one it is the other way round.

Fix: take the header out of the `filters` of the rule, and write it for each backend.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import overruled_headers
from meshctl.resources import KubernetesRoute, Ref, View
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_MODIFIERS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
}


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0", holds=("backendRefs[1]",))
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report headers of backends that the rule decides."""
    for written in route.rules:
        backends = [one for one in views(written, "backendRefs", View) if one.number("weight") != 0]
        of_rule = {one.text("type"): one for one in views(written, "filters", View)}
        for backend in backends if len(backends) > 1 else ():
            for own in views(backend, "filters", View):
                wide = of_rule.get(own.text("type"))
                if wide is not None and own.text("type") in _MODIFIERS:
                    yield from _replaced(own, wide)


def _replaced(own: View, wide: View) -> Iterator[Outcome]:
    key = _MODIFIERS[own.text("type")]
    overruled = overruled_headers(_as_headers(wide.child(key)))
    for name, place in _named(own.child(key)):
        if name.lower() in overruled:
            text = f"the rule decides header {quoted(name)} after its backends, so that this has no effect"
            yield Finding(place, text).also(wide.at(), "comes last")


def _as_headers(modifier: View) -> View:
    """Write a header modifier as ``headers`` of a VirtualService."""
    data = {
        key: {one.text("name"): one.text("value") for one in views(modifier, key, View)}
        for key in ("set", "add")
    }
    return View(modifier.resource, modifier.path, {**data, "remove": modifier.data.get("remove")})


def _named(modifier: View) -> Iterator[tuple[str, Ref]]:
    for key in ("set", "add"):
        yield from ((one.text("name"), one.at("name")) for one in views(modifier, key, View))
    for index, name in enumerate(modifier.texts("remove")):
        yield name, modifier.at("remove", index)
