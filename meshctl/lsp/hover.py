"""Says in markdown what a word of a manifest is: the field, and what it means in this mesh."""

from collections.abc import Iterator, Sequence

from meshctl.inspect.editor.links import places_of
from meshctl.inspect.editor.mention import Mention, Spot
from meshctl.inspect.editor.roles import Role, role_of
from meshctl.inspect.editor.schema_fields import Field, field_at
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.output.markdown import escaped
from meshctl.resources import Subset, Workload
from meshctl.validation.schemas import Schemas
from meshctl.words import amount

_FEW = 5


def describe(spot: Spot, mention: Mention, mesh: Mesh | None, schemas: Schemas) -> str:
    """Describe a word in markdown; empty where nothing is known of it.

    What stands in a Secret is never repeated.
    """
    owner = mention.owner
    parts: list[str] = []
    if mesh is not None and not (spot.is_key and not spot.is_open):
        parts += _meaning(mention, mesh)
    field = field_at(schemas, owner.group, owner.version, owner.kind, spot.path)
    if field is not None:
        parts += _field(spot, field)
    return "\n\n".join(parts)


def _field(spot: Spot, field: Field) -> Iterator[str]:
    name = next((step for step in reversed(spot.path) if isinstance(step, str)), "")
    if not name or not (field.text or field.type):
        return
    kind = f" ({field.type})" if field.type else ""
    gone = ", deprecated" if field.is_deprecated else ""
    yield f"**{escaped(name)}**{kind}{gone}: {escaped(field.text)}".rstrip(": ")
    if field.values and field.type != "boolean":
        yield f"One of {', '.join(f'`{value}`' for value in field.values)}."


def _meaning(mention: Mention, mesh: Mesh) -> Iterator[str]:
    role = role_of(mention)
    if role in {Role.HOST, Role.SCOPED_HOST}:
        yield from _hosts(mention, mesh)
    elif role is Role.SUBSET:
        yield from _subsets(mention, mesh)
    elif role in {Role.LABEL, Role.SUBSET_LABEL}:
        found = [place.resource.title for place in places_of(mention, mesh)]
        yield f"Picks {_listed(found)}." if found else "Picks no pod of the input."
    elif role is not None and role is not Role.NAME:
        found = [place.resource.title for place in places_of(mention, mesh)]
        if found:
            yield f"{_listed(found)}."


def _hosts(mention: Mention, mesh: Mesh) -> Iterator[str]:
    host = mention.text.rpartition("/")[2]
    full = mesh.registry.fqdn(host, mention.owner.namespace)
    found = mesh.registry.find(full, mention.owner.namespace)
    if found is None:
        yield f"`{_code(full)}`: nothing in the input declares this host."
        return
    yield f"`{_code(full)}`: {escaped(found.source.title)}"
    ports = [f"{port.number} {port.name}".rstrip() for port in found.ports]
    if ports:
        yield f"Ports: {escaped(', '.join(ports))}"
    yield f"Pods: {_pods(mesh.workloads.behind(found))}"
    for rule in mesh.traffic.destination_rules.covering(full):
        for subset in rule.subsets:
            yield _subset(subset, found, mesh)


def _subsets(mention: Mention, mesh: Mesh) -> Iterator[str]:
    host = mention.beside.get("host", "")
    found = mesh.registry.resolve(host, mention.owner.namespace)
    for place in places_of(mention, mesh):
        rule = place.resource
        for subset in getattr(rule, "subsets", ()):
            if subset.name == mention.text:
                yield f"{_subset(subset, found, mesh)}, of {escaped(rule.title)}"


def _subset(subset: Subset, host: RegisteredHost | None, mesh: Mesh) -> str:
    labels = ", ".join(f"{key}={value}" for key, value in subset.labels.items())
    pods = _pods(mesh.workloads.of_subset(host, subset.labels)) if host is not None else "unknown"
    return f"Subset `{_code(subset.name)}` ({escaped(labels) or 'all pods'}): {pods}"


def _pods(workloads: Sequence[Workload]) -> str:
    if not workloads:
        return "none in the input"
    return f"{amount(len(workloads), 'workload')}, {_listed([workload.title for workload in workloads])}"


def _listed(titles: list[str]) -> str:
    shown = ", ".join(map(escaped, titles[:_FEW]))
    more = len(titles) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
