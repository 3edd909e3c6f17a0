"""Reads the rules of an Ingress: paths in Envoy's order, each with its backend.

Mirrors pilot/pkg/config/kube/ingress/conversion.go (Istio 1.31): the longest path first, exact
before prefix, and Prefix by elements of the path.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from meshctl.istio.annotation_names import INGRESS_CLASS
from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.resources import Resource, View
from meshctl.resources.view import views

_WILD = (".*", "*")
_ANNOTATION_PREFIXES = {
    "cert-manager.io/": "write a Certificate for the Secret",
    "external-dns.alpha.kubernetes.io/": "put it on the Gateway, if external-dns reads Gateways",
}


class PathRule(NamedTuple):
    """One path of one host: how it matches, and where its requests go."""

    host: str
    path: str
    is_exact: bool
    matches: tuple[dict[str, Any], ...]
    destination: dict[str, Any]

    @property
    def rank(self) -> tuple[int, bool]:
        """Sort key: the longest first, then exact ones."""
        return -len(self.path), not self.is_exact


def path_rules(ingress: Resource, draft: Draft, known: Known) -> Iterator[PathRule]:
    """Walk the paths of an Ingress whose backends are known."""
    for rule in views(ingress.spec, "rules", View):
        host = rule.text("host") or "*"
        for view in views(rule.child("http"), "paths", View):
            destination = _backend(view.child("backend"), draft, known)
            if destination is not None:
                yield _path_rule(host, view, destination)
    for key in ("defaultBackend", "backend"):
        if ingress.spec.has(key):
            destination = _backend(ingress.spec.child(key), draft, known)
            if destination is not None:
                yield PathRule("*", "", is_exact=False, matches=(), destination=destination)


def _path_rule(host: str, view: View, destination: dict[str, Any]) -> PathRule:
    path, kind = view.text("path"), view.text("pathType", "ImplementationSpecific")
    if kind == "Exact":
        return PathRule(host, path, True, (_uri("exact", path),), destination)  # noqa: FBT003
    if kind == "Prefix":
        bare = path.rstrip("/")
        matches = (
            (_uri("exact", bare), _uri("prefix", f"{bare}/")) if bare else (_uri("prefix", "/"),)
        )
        return PathRule(host, path, False, matches, destination)  # noqa: FBT003
    wild = next((ending for ending in _WILD if path.endswith(ending)), None)
    if wild is not None or not path:
        prefix = path.removesuffix(wild or "") or "/"
        return PathRule(host, path, False, (_uri("prefix", prefix),), destination)  # noqa: FBT003
    return PathRule(host, path, True, (_uri("exact", path),), destination)  # noqa: FBT003


def _uri(kind: str, text: str) -> dict[str, Any]:
    return {"uri": {kind: text}}


def _backend(backend: View, draft: Draft, known: Known) -> dict[str, Any] | None:
    """Write a backend as a destination; ``None`` where it can't be told."""
    if backend.has("resource"):
        draft.lost("Istio serves no backend of kind resource", backend.at("resource"),
                   instead="put a Service in front of it")  # fmt: skip
        return None
    service = backend.child("service")
    name = service.text("name") or backend.text("serviceName")
    number = service.child("port").number("number") or backend.number("servicePort")
    port = service.child("port").text("name") or backend.text("servicePort")
    home = backend.resource.namespace
    if number is None:
        declared = known.service(name, home)
        named = [p.port for p in (declared.ports if declared is not None else ()) if p.name == port]
        if not named:
            draft.lost(
                f"port {port} of Service {name} is not known, so that this path is left out",
                backend.at(), instead="add the Service to the input, or write the number",
            )  # fmt: skip
            return None
        number = named[0]
    is_homed = bool(backend.resource.metadata.get("namespace"))
    host = known.host(name, home) if is_homed else name
    return {"host": host, "port": {"number": number}}


def tell_annotations(ingress: Resource, draft: Draft) -> None:
    """Say which annotations are not Istio's, and who may read them."""
    place = ingress.at("metadata", "annotations")
    foreign = [name for name in sorted(ingress.annotations) if name != INGRESS_CLASS]
    for prefix, instead in _ANNOTATION_PREFIXES.items():
        found = [name for name in foreign if name.startswith(prefix)]
        if found:
            draft.near(f"{', '.join(found)} on the Ingress is read by another program", place,
                       instead=instead)  # fmt: skip
            foreign = [name for name in foreign if name not in found]
    if foreign:
        draft.exact(f"Istio reads none of these annotations: {', '.join(foreign)}", place)
