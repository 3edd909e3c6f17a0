"""Migrates the objects of a mesh: each old one to what says the same today.

Every object of a kind that was removed gets a row, and so does every one that changes; what a row
cannot say today is in its notes.
"""

# The converters are imported where they are needed, since most input needs one of them.
# ruff: noqa: PLC0415

from collections.abc import Callable, Iterable, Sequence

from meshctl.istio.api_versions import REMOVED_GROUPS
from meshctl.mesh import Mesh
from meshctl.mesh.gateways import Ingresses
from meshctl.migrate import versions
from meshctl.migrate.drafts import Draft, Names
from meshctl.migrate.known import Known
from meshctl.migrate.results import Migration, Row, Target
from meshctl.migrate.values import texts_in
from meshctl.resources import Resource
from meshctl.resources.placeholders import has_placeholder
from meshctl.words import quoted

CURRENT, GATEWAY_API = "current", "gateway-api"
TARGETS = (CURRENT, GATEWAY_API)
Several = Sequence[tuple[Resource, Draft]]
Convert = Callable[[Several, Known], None]
_OLD_ROUTING = frozenset({"RouteRule", "DestinationPolicy", "EgressRule"})


def migrate(mesh: Mesh, target: Target) -> Migration:
    """Migrate everything in a mesh that can be, to one of ``TARGETS``."""
    names = Names(mesh.resources)
    known = Known(mesh)
    drafts: dict[Resource, Draft] = {}
    rows: dict[Resource, Row] = {}
    for convert, several in _groups(mesh, names):
        drafts.update(several)
        convert(several, known)
    if target.name == GATEWAY_API:
        drafts.update(_to_gateway_api(mesh, names, known, is_strict=target.is_strict))
    for draft in drafts.values():
        _tell_placeholder(draft)
    rows.update((resource, draft.row()) for resource, draft in drafts.items())
    for resource in mesh.resources:
        moved = versions.convert(resource) if resource not in rows else None
        if moved is not None:
            rows[resource] = moved
    found = tuple(rows[one] for one in mesh.resources if one in rows)
    return Migration(target.name, found, tuple(known.assumed))


def _tell_placeholder(draft: Draft) -> None:
    """Say where an object holds something that is replaced before it is applied."""
    for path, text in texts_in(draft.resource.data):
        if path[0] in {"metadata", "spec"} and has_placeholder(text, is_name=False):
            draft.near(
                f"{quoted(text)} is taken as it stands, though it is replaced before it is applied",
                draft.resource.at(*path),
                instead="migrate what is applied, or check the result",
            )
            return


def _to_gateway_api(mesh: Mesh, names: Names, known: Known, *, is_strict: bool) -> Several:
    """Convert the Gateways and VirtualServices of a mesh."""
    from meshctl.migrate.gateway_api.convert import convert as to_gateway_api
    from meshctl.resources import Gateway, VirtualService

    several = [
        (resource, Draft(resource, names))
        for resource in mesh.resources
        if isinstance(resource, Gateway | VirtualService)
    ]
    to_gateway_api(several, known, names, is_strict=is_strict)
    return several


def _groups(mesh: Mesh, names: Names) -> Iterable[tuple[Convert, list[tuple[Resource, Draft]]]]:
    """Walk the converters that have something to do, with the objects they take together."""
    served = mesh.gateways.ingresses
    of: dict[str, list[tuple[Resource, Draft]]] = {}
    for resource in mesh.resources:
        room = _room(resource, served)
        if room:
            of.setdefault(room, []).append((resource, Draft(resource, names)))
    for room, several in of.items():
        yield _converter(room), several


def _room(resource: Resource, served: Ingresses) -> str:
    """Name what converts an object; empty where nothing does."""
    if resource.kind in _OLD_ROUTING and resource.group == "config.istio.io":
        return "old_routing"
    if resource.group in REMOVED_GROUPS:
        return resource.group
    return "ingress" if served.has(resource) else ""


def _converter(room: str) -> Convert:
    match room:
        case "rbac.istio.io":
            from meshctl.migrate.rbac.convert import convert
        case "authentication.istio.io":
            from meshctl.migrate.authentication.convert import convert
        case "old_routing":
            from meshctl.migrate.old_routing.convert import convert
        case "ingress":
            from meshctl.migrate.ingress.convert import convert
        case _:
            from meshctl.migrate.mixer.convert import convert
    return convert
