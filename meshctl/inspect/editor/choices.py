"""Lists what could be written at a place: names of the mesh, keys and values of the schema."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.inspect.editor.mention import Mention, Owner, Spot
from meshctl.inspect.editor.roles import Role, role_of, target_of
from meshctl.inspect.editor.schema_fields import Field, field_at
from meshctl.istio.annotations import names_for
from meshctl.istio.api_versions import GATEWAY_API
from meshctl.mesh import Mesh
from meshctl.mesh.core.hosts import in_cluster
from meshctl.resources import Gateway, Namespace, Resource, VirtualService, Workload
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.validation.schemas import Schemas

_FEW = 3
_OTHERS = (
    *(("", "v1", kind) for kind in ("Service", "ServiceAccount", "Namespace", "ConfigMap", "Secret", "Pod")),
    *(("apps", "v1", kind) for kind in ("Deployment", "StatefulSet", "DaemonSet")),
    *(("batch", "v1", kind) for kind in ("Job", "CronJob")),
    *(("networking.k8s.io", "v1", kind) for kind in ("Ingress", "NetworkPolicy")),
    *((GATEWAY_API, "v1", kind) for kind in ("Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute")),
    (GATEWAY_API, "v1beta1", "ReferenceGrant"),
)  # fmt: skip
"""Kinds of Kubernetes and of the Gateway API that stand beside those of Istio."""
_TOP = {"apiVersion": "string", "kind": "string", "metadata": "object", "spec": "object"}
"""What every object has at its top, nearly: whatever its schema is."""


class Choice(NamedTuple):
    """Something that could be written: the text, what it is in a word, and more about it."""

    text: str
    what: str
    about: str = ""
    is_deprecated: bool = False
    is_key: bool = False
    begins_block: bool = False
    """Is it a key with more keys below it?"""


def choices(spot: Spot, mention: Mention, mesh: Mesh | None, schemas: Schemas) -> list[Choice]:
    """List what could be written at a spot, the likeliest first; each text once."""
    owner = mention.owner
    field = field_at(schemas, owner.group, owner.version, owner.kind, spot.path)
    found: list[Choice] = [*_of_any_object(spot, owner, schemas)]
    if spot.is_open or not spot.is_key:
        if mesh is not None:
            found += _names(mention, mesh)
        found += [Choice(text, "value") for text in (field.values if field is not None else ())]
    if spot.is_open:
        found += _keys(field, spot, mention)
    elif spot.is_key:
        above = field_at(schemas, owner.group, owner.version, owner.kind, spot.path[:-1])
        found += _keys(above, spot, mention)
    return list({choice.text: choice for choice in reversed(found)}.values())[::-1]


def _of_any_object(spot: Spot, owner: Owner, schemas: Schemas) -> Iterator[Choice]:
    """What an object says before it is known what it is: versions of APIs, and their kinds."""
    own = (owner.group, owner.version)
    match spot.path:
        case ("apiVersion",) if not spot.is_key:
            kinds: dict[str, list[str]] = {}
            for group, version, kind in (*schemas.kinds(), *_OTHERS):
                kinds.setdefault(f"{group}/{version}" if group else version, []).append(kind)
            for name, several in kinds.items():
                yield Choice(name, "API version", ", ".join(several))
        case ("kind",) if not spot.is_key:
            for group, version, kind in (*schemas.kinds(), *_OTHERS):
                if not owner.version or (group, version) == own:
                    yield Choice(kind, "kind", f"{group}/{version}" if group else version)
        case () if spot.is_open:
            for name, about in _TOP.items():
                if name not in spot.beside:
                    yield Choice(name, about, is_key=True, begins_block=about == "object")


def _keys(field: Field | None, spot: Spot, mention: Mention) -> Iterator[Choice]:
    if spot.path[-1:] == ("annotations",):
        for name in names_for(mention.owner.kind):
            yield Choice(name, "annotation of Istio", is_key=True)
    if field is None:
        return
    for name, one in field.fields():
        if name not in spot.beside or name == spot.text:
            is_block = one.type in {"object", "array"}
            yield Choice(name, one.type or "field", one.text, one.is_deprecated, True, is_block)  # noqa: FBT003


def _names(mention: Mention, mesh: Mesh) -> Iterable[Choice]:
    for path in (mention.path, (*mention.path, "")):
        role = role_of(mention._replace(path=path))
        if role in _OFFERS:
            return _OFFERS[role](mention._replace(path=path), mesh)
    return ()


def _hosts(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    home = mention.owner.namespace
    near: list[Choice] = []
    far: list[Choice] = []
    for registered_host in mesh.registry:
        ports = ", ".join(str(port.number) for port in registered_host.ports)
        about = (
            f"{registered_host.source.title}, ports {ports}"
            if ports
            else registered_host.source.title
        )
        parts = in_cluster(registered_host.host)
        if parts is not None and registered_host.namespace == home:
            near.append(Choice(parts[0], "host", about))
        far.append(Choice(registered_host.host, "host", about))
    yield from sorted(near)
    yield from sorted(far)


def _scoped_hosts(_: Mention, mesh: Mesh) -> Iterator[Choice]:
    yield Choice("./*", "hosts", "all of this namespace")
    for one in sorted(_homes(mesh)):
        yield Choice(f"{one}/*", "hosts", f"all of {one}")
    for host in mesh.registry:
        yield Choice(f"{host.namespace}/{host.host}", "host", host.source.title)


def _subsets(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    written = mention.beside.get("host", "")
    host = mesh.registry.fqdn(written, mention.owner.namespace)
    for rule in mesh.traffic.destination_rules.covering(host):
        for subset in rule.subsets:
            labels = ", ".join(f"{key}={value}" for key, value in subset.labels.items())
            yield Choice(subset.name, "subset", f"{labels} ({rule.title})")


def _ports(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    """The ports of the host that a destination or a backend names."""
    written, home = mention.around.get("host", ""), mention.owner.namespace
    if mention.path[-1] == "port":
        target = target_of(mention)
        if target.kind != "Service":
            return
        written, home = mention.beside.get("name", ""), target.namespace
    if not written:
        return
    host = mesh.registry.find(mesh.registry.fqdn(written, home), home)
    if host is None:
        return
    for port in host.ports:
        name = f"{port.name}, " if port.name else ""
        yield Choice(str(port.number), "port", f"{name}{port.protocol} of {host.source.title}")


def _gateways(_: Mention, mesh: Mesh) -> Iterator[Choice]:
    yield Choice("mesh", "gateway", "the sidecars")
    for gateway in mesh.of(Gateway):
        ports = ", ".join(f"{server.port}/{server.protocol}" for server in gateway.servers)
        yield Choice(gateway.key_name, "gateway", ports)


def _namespaces(_: Mention, mesh: Mesh) -> Iterator[Choice]:
    for one in sorted(_homes(mesh)):
        yield Choice(one, "namespace")


def _exports(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    yield Choice(".", "namespace", "this namespace alone")
    yield Choice("*", "namespace", "all namespaces")
    yield from _namespaces(mention, mesh)


def _homes(mesh: Mesh) -> set[str]:
    named = {namespace.name for namespace in mesh.of(Namespace)}
    return {*named, *(resource.namespace for resource in mesh.resources)} - {"", UNKNOWN_NAMESPACE}


def _labels(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    """Labels of the pods that are there: the keys, or the values of a key."""
    home = None if mention.owner.kind == "Gateway" else mention.owner.namespace
    wanted = mention.path[-1]
    found: dict[str, set[str]] = {}
    for workload in mesh.workloads.find({}, home):
        for key, value in workload.pod_labels.items():
            if wanted in {"", key}:
                found.setdefault(value if wanted else key, set()).add(workload.name)
    for text, names in sorted(found.items()):
        about = f"of {', '.join(sorted(names)[:_FEW])}"
        yield Choice(text, "label", about, is_key=not wanted)


def _principals(_: Mention, mesh: Mesh) -> Iterator[Choice]:
    accounts = mesh.registry.service_accounts
    for home in sorted(_homes(mesh)):
        for name in sorted(accounts.in_namespace(home)):
            yield Choice(str(accounts.of_account(home, name)), "principal")


def _accounts(_: Mention, mesh: Mesh) -> Iterator[Choice]:
    for home in sorted(_homes(mesh)):
        for name in sorted(mesh.registry.service_accounts.in_namespace(home)):
            yield Choice(f"{home}/{name}", "service account")


def _own_accounts(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    for name in sorted(mesh.registry.service_accounts.in_namespace(mention.owner.namespace)):
        yield Choice(name, "service account")


def _secrets(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    """The names of Secrets: of the namespaces of gateways' pods, or of the own one."""
    homes = {mention.owner.namespace}
    if mention.owner.kind == "Gateway":
        homes |= {
            workload.namespace for workload in mesh.of(Workload) if "istio" in workload.pod_labels
        }
    for home in sorted(homes):
        for name in sorted(mesh.registry.secrets.names_in(home)):
            yield Choice(name, "Secret", f"of {home}")


def _objects(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    target = target_of(mention)
    for resource in mesh.of(Resource):
        if (resource.group, resource.kind, resource.namespace) == target[:3]:
            yield Choice(resource.name, resource.kind)


def _delegates(mention: Mention, mesh: Mesh) -> Iterator[Choice]:
    home = mention.beside.get("namespace", mention.owner.namespace)
    for virtual_service in mesh.of(VirtualService):
        if virtual_service.namespace == home and not virtual_service.hosts:
            yield Choice(virtual_service.name, "delegate")


_OFFERS = {
    Role.HOST: _hosts, Role.SCOPED_HOST: _scoped_hosts, Role.SUBSET: _subsets,
    Role.GATEWAY: _gateways, Role.NAMESPACE: _namespaces, Role.EXPORT: _exports,
    Role.LABEL: _labels, Role.SUBSET_LABEL: _labels, Role.PRINCIPAL: _principals,
    Role.ACCOUNT: _accounts, Role.SERVICE_ACCOUNT: _own_accounts, Role.SECRET: _secrets,
    Role.OBJECT: _objects, Role.DELEGATE: _delegates, Role.PORT: _ports,
}  # fmt: skip
