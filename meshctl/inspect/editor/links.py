"""Finds what a word of a manifest leads to, and which words lead to an object."""

from collections.abc import Iterator

from meshctl.inspect.editor.mention import Mention, mentions, owner_of
from meshctl.inspect.editor.roles import Role, role_of, target_of
from meshctl.mesh import Mesh
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.registry.service_accounts import parse_principal
from meshctl.resources import (
    Gateway,
    KubernetesGateway,
    Namespace,
    Ref,
    Resource,
    Service,
    ServiceAccount,
    VirtualService,
)

_NAME = ("metadata", "name")
_MOST = 50
"""Places of one word beyond which nobody wants more."""


def places_of(mention: Mention, mesh: Mesh) -> list[Ref]:
    """Name the places that a word leads to: objects by their name, subsets, listeners."""
    role = role_of(mention)
    if role is None or not mention.text:
        return []
    found = dict.fromkeys(_FINDERS[role](mention, mesh)) if role in _FINDERS else {}
    return list(found)[:_MOST]


def mentions_of(place: Ref, mesh: Mesh) -> list[Ref]:
    """Name the places whose words lead to a place, itself left out."""
    home = place.resource
    signs = _signs(place)
    found = []
    for resource in mesh.resources:
        if resource.document.may_hold(signs):
            found += [
                Ref(resource, mention.path)
                for mention in mentions(resource)
                if role_of(mention) not in {None, Role.NAME}
                and _is_meant(place, places_of(mention, mesh))
            ]
    return [ref for ref in found if (ref.resource, ref.path) != (home, place.path)]


def _is_meant(place: Ref, found: list[Ref]) -> bool:
    return any(ref.resource is place.resource and ref.path == place.path for ref in found)


def _signs(place: Ref) -> list[str]:
    """Texts of which one stands in each document that leads to a place."""
    home = place.resource
    if place.path != _NAME:
        return [str(place.value())]
    labels = [*getattr(home, "pod_labels", {}).values()]
    wildcards = ["*"] if home.kind in {"Service", "ServiceEntry"} else []
    hosts = [host for host in getattr(home, "hosts", ()) if home.kind == "ServiceEntry"]
    return [home.name, *labels, *hosts, *wildcards]


def declared_at(mention: Mention, resource: Resource) -> Ref | None:
    """The place that a word declares: the name of its object, or of a subset or listener."""
    path = mention.path
    if path == _NAME:
        return Ref(resource, _NAME)
    ends = path[-1:] == ("name",) and path[-3:-2] in {("subsets",), ("listeners",), ("servers",)}
    if ends and resource.kind in {"DestinationRule", "Gateway"}:
        return Ref(resource, path)
    return None


def _named(mesh: Mesh, kind: type[Resource], namespace: str, name: str) -> Iterator[Ref]:
    for resource in mesh.named(kind, name):
        if namespace in {resource.namespace, "*"}:
            yield resource.at(*_NAME)


def _hosts(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    yield from _declarations(mention.text, mention.owner.namespace, mesh)


def _declarations(host: str, namespace: str, mesh: Mesh) -> Iterator[Ref]:
    registry = mesh.registry
    full = registry.fqdn(host, namespace)
    declared = registry.covered_by(full) if is_wildcard(full) else registry.at(full)
    found = list(declared) or [
        registered_host
        for registered_host in [registry.find(full, namespace)]
        if registered_host is not None
    ]
    for registered_host in found:
        source = registered_host.source
        if isinstance(source, Service):
            yield source.at(*_NAME)
        else:
            yield source.spec.at("hosts", source.hosts.index(registered_host.host))


def _scoped_hosts(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    home, _, host = mention.text.partition("/")
    home = {".": mention.owner.namespace, "~": ""}.get(home, home)
    for place in _declarations(host, mention.owner.namespace, mesh):
        if home in {"*", place.resource.namespace}:
            yield place


def _subsets(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    host = mesh.registry.fqdn(mention.beside.get("host", ""), mention.owner.namespace)
    for rule in mesh.traffic.destination_rules.covering(host):
        for subset in rule.subsets:
            if subset.name == mention.text:
                yield subset.at("name")


def _gateways(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    home, slash, name = mention.text.rpartition("/")
    yield from _named(mesh, Gateway, home if slash else mention.owner.namespace, name)


def _namespaces(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    for namespace in mesh.named(Namespace, mention.text):
        yield namespace.at(*_NAME)


def _workloads(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    key = str(mention.path[-1])
    everywhere = mention.owner.kind == "Gateway"
    home = None if everywhere else mention.owner.namespace
    for workload in mesh.workloads.find({**mention.beside, key: mention.text}, home):
        yield workload.at(*_NAME)


def _subset_pods(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    key = str(mention.path[-1])
    for workload in mesh.workloads.find({key: mention.text}, mention.owner.namespace):
        yield workload.at(*_NAME)


def _principals(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    principal = parse_principal(mention.text)
    if principal is not None:
        yield from _account(principal.namespace, principal.account, mesh)


def _accounts(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    home, slash, name = mention.text.rpartition("/")
    yield from _account(home if slash else mention.owner.namespace, name, mesh)


def _account(namespace: str, name: str, mesh: Mesh) -> Iterator[Ref]:
    """The ServiceAccount, else the workloads that run as it."""
    found = list(_named(mesh, ServiceAccount, namespace, name))
    yield from found
    if not found:
        for workload in mesh.workloads.find({}, namespace):
            if workload.service_account == name:
                yield workload.at(*_NAME)


def _secrets(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    called = mesh.registry.secrets.called(mention.text.removesuffix("-cacert"))
    called = mesh.registry.secrets.called(mention.text) or called
    home = called.get(mention.owner.namespace)
    yield from [home] if home is not None else called.values()


def _objects(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    group, kind, namespace, name = target_of(mention)
    for resource in mesh.named(Resource, name):
        if (
            resource.kind == kind
            and resource.group == group
            and resource.namespace in {namespace, ""}
        ):
            yield resource.at(*_NAME)


def _delegates(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    home = mention.beside.get("namespace", mention.owner.namespace)
    yield from _named(mesh, VirtualService, home, mention.text)


def _sections(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    name = mention.beside.get("name", "")
    home = mention.beside.get("namespace", mention.owner.namespace)
    for gateway in mesh.named(KubernetesGateway, name):
        if gateway.namespace == home:
            for listener in gateway.listeners:
                if listener.name == mention.text:
                    yield listener.at("name")


def _own_name(mention: Mention, mesh: Mesh) -> Iterator[Ref]:
    for resource in mesh.named(Resource, mention.text):
        if owner_of(resource) == mention.owner:
            yield resource.at(*_NAME)


_FINDERS = {
    Role.HOST: _hosts, Role.SCOPED_HOST: _scoped_hosts, Role.SUBSET: _subsets,
    Role.GATEWAY: _gateways, Role.NAMESPACE: _namespaces, Role.EXPORT: _namespaces,
    Role.LABEL: _workloads, Role.SUBSET_LABEL: _subset_pods, Role.PRINCIPAL: _principals,
    Role.ACCOUNT: _accounts, Role.SERVICE_ACCOUNT: _accounts, Role.SECRET: _secrets,
    Role.OBJECT: _objects, Role.DELEGATE: _delegates, Role.SECTION: _sections, Role.NAME: _own_name,
}  # fmt: skip
